import Files

/// The files of a cache and their size limit; the least recently used go first.
///
/// Nothing is locked. A segment appears under its name whole and never changes; if another process removes one, its
/// texts are encoded again.
struct CacheFolder: Sendable {
  let path: String
  /// The maximum bytes of all segments.
  let limit: Int
  /// The start of the work: segments written or read since then stay, however much room is needed.
  private let opened = Files.currentTime - 1

  /// The age in seconds at which a temporary file is removed as abandoned; writing one takes a moment.
  private static let patience = 86_400.0

  /// Names the folder; it is made with the first segment.
  ///
  /// - Throws: `FileError` if the path is that of a file.
  init(_ path: String, limit: Int) throws(FileError) {
    self.path = path
    self.limit = limit
    guard !Files.exists(path) || Files.isFolder(path) else {
      throw FileError(path: path, kind: .cannotCreate, description: "the cache \(path) is a file; name a folder")
    }
  }

  func file(_ name: String) -> String { Files.join(path, name) }

  /// The names of the segments of a model, in a stable order.
  func segments(of fingerprint: ModelFingerprint) throws(FileError) -> [String] {
    try content().filter { $0.hasPrefix(fingerprint.name + ".") && Self.isSegment($0) }
  }

  /// Removes the least recently used segments until the rest and `bytes` more are within the limit.
  ///
  /// Segments used since the work began stay.
  ///
  /// - Returns: true if there is room now.
  func makeRoom(for bytes: Int) throws(FileError) -> Bool {
    let names = try content()
    for name in names where name.hasPrefix(".tmp-") {
      if lastUse(of: name) < opened - Self.patience { try? Files.remove(file(name)) }
    }
    var segments: [(lastUse: Double, name: String, bytes: Int)] = []
    for name in names where Self.isSegment(name) {
      // One that is gone was removed by another process.
      if let size = try? Files.size(file(name)) { segments.append((lastUse(of: name), name, size)) }
    }
    var total = segments.reduce(bytes) { $0 + $1.bytes }
    for segment in segments.sorted(by: { ($0.lastUse, $0.name) < ($1.lastUse, $1.name) }) {
      if total <= limit || segment.lastUse >= opened { break }
      try Files.remove(file(segment.name))
      total -= segment.bytes
    }
    return total <= limit
  }

  private func content() throws(FileError) -> [String] { try Files.exists(path) ? Files.list(path) : [] }

  private static func isSegment(_ name: String) -> Bool {
    name.hasSuffix("." + VectorSegment.ending) && !name.hasPrefix(".")
  }

  /// The time when a file was last used; long ago if it is gone.
  private func lastUse(of name: String) -> Double { Files.modificationTime(file(name)) ?? 0 }
}
