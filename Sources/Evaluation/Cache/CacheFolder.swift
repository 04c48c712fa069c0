import Files

/// The files of a cache and the room they may take; what was not used for the longest time goes first.
///
/// Nothing is locked. A segment appears under its name at once and is never changed, and one that another process removes
/// in the meantime is only encoded again.
struct CacheFolder: Sendable {
  let path: String
  /// The most bytes of all segments.
  let limit: Int
  /// When the work began: what was written or read since stays, whatever room is wanted.
  private let opened = Files.currentTime - 1

  /// An abandoned temporary file is removed after so many seconds; writing one takes a moment.
  private static let patience = 86_400.0

  /// Makes the folder where it is missing.
  init(_ path: String, limit: Int) throws(FileError) {
    self.path = path
    self.limit = limit
    try Files.makeFolder(path)
  }

  func file(_ name: String) -> String { Files.join(path, name) }

  /// The names of the segments of a model, in an order that does not change.
  func segments(of fingerprint: ModelFingerprint) throws(FileError) -> [String] {
    try Files.list(path).filter { $0.hasPrefix(fingerprint.name + ".") && Self.isSegment($0) }
  }

  /// Removes the segments that were used least recently until the rest and `bytes` more are within the limit.
  ///
  /// Those that were used since the work began stay.
  ///
  /// - Returns: whether there is room now.
  func makeRoom(for bytes: Int) throws(FileError) -> Bool {
    let names = try Files.list(path)
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

  private static func isSegment(_ name: String) -> Bool {
    name.hasSuffix("." + VectorSegment.ending) && !name.hasPrefix(".")
  }

  /// When a file was used last; long ago where it is gone.
  private func lastUse(of name: String) -> Double { Files.modificationTime(file(name)) ?? 0 }
}
