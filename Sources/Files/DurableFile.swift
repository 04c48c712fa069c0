/// A new file that appears under its name only when it is complete and on the disk.
///
/// Bytes go to a temporary name in the same folder. ``commit()`` synchronizes them, renames the file and
/// synchronizes the folder. Without it, and after any failure, nothing remains.
public final class DurableFile {
  /// The path as it was given.
  public let path: String
  private let target: String
  private let temporary: String
  private var descriptor: Int32?
  private var pending: [UInt8] = []
  private var written = 0
  private var reserved = 0

  private static let pendingLimit = 1 << 16

  /// Starts a file; an existing one under the path stays as it is until ``commit()``.
  public init(_ path: String) throws(FileError) {
    self.path = path
    do throws(SystemError) {
      let (target, existing) = try Self.target(of: path)
      let (temporary, descriptor) = try Self.makeTemporary(in: Files.parent(of: target))
      self.target = target
      self.temporary = temporary
      self.descriptor = descriptor
      if let existing { try System.setPermissions(descriptor, existing.permissions) }
    } catch {
      throw FileError("write", path, error, .writing)
    }
  }

  deinit {
    discard()
  }

  /// Checks that a file can be begun under a path, so that long work for it does not end in vain, and that it replaces nothing
  /// that is read for it.
  ///
  /// - Parameter inputs: Files and folders that are read; "-" is standard input, which is never replaced.
  /// - Throws: `FileError` if the path is one of the inputs or lies in one; the error that ``init(_:)`` would throw.
  public static func check(_ path: String, inputs: [String]) throws(FileError) {
    _ = try DurableFile(path)
    let folder = try Files.resolve(Files.parent(of: path))
    let target = (try? Files.resolve(path)) ?? Files.join(folder, Files.name(of: path))
    for input in inputs where input != "-" {
      guard let source = try? Files.resolve(input) else { continue }
      let isInside = Files.isFolder(source) && target.utf8.starts(with: Files.join(source, "/").utf8)
      guard isInside || target.utf8.elementsEqual(source.utf8) else { continue }
      throw FileError(
        path: path, kind: .cannotCreate,
        description:
          "\(path): would replace \(isInside ? "a file of " : "")\(input), which is read; choose another output")
    }
  }

  /// Adds bytes at the end.
  public func write(_ bytes: [UInt8]) throws(FileError) {
    if descriptor != nil && pending.count + bytes.count <= Self.pendingLimit {
      pending += bytes
      return
    }
    try write(numbers: bytes)
  }

  /// Adds numbers at the end, little endian, as they lie in memory.
  public func write<Number: FileNumber>(numbers: [Number]) throws(FileError) {
    try attempt { (descriptor) throws(SystemError) in
      try flush(descriptor)
      try System.write(numbers, to: descriptor)
      written += numbers.count * MemoryLayout<Number>.stride
    }
  }

  /// Takes disk blocks for a file of `count` bytes, so that a full disk shows now and not in the middle.
  public func reserve(_ count: Int) throws(FileError) {
    guard count > reserved else { return }
    try attempt { (descriptor) throws(SystemError) in
      try System.reserve(descriptor, count: count)
      reserved = count
    }
  }

  /// Makes the file durable and gives it its name; nothing can be written afterwards.
  public func commit() throws(FileError) {
    try attempt { (descriptor) throws(SystemError) in
      try flush(descriptor)
      if reserved > written { try System.truncate(descriptor, to: written) }
      try System.synchronize(descriptor)
      self.descriptor = nil
      do throws(SystemError) {
        try System.close(descriptor)
        try System.rename(temporary, to: target)
      } catch {
        try? System.unlink(temporary)
        throw error
      }
    }
    try Files.synchronizeFolder(Files.parent(of: target))
  }

  // MARK: - Helpers

  /// Runs a step; a failure discards the file, since after a failed write or fsync its content is unknown.
  private func attempt(_ step: (Int32) throws(SystemError) -> Void) throws(FileError) {
    guard let descriptor else {
      throw FileError(
        path: path, kind: .internalError,
        description: "cannot write \(path): it is complete or was given up already; this is a fault of the program")
    }
    do throws(SystemError) {
      try step(descriptor)
    } catch {
      discard()
      throw FileError("write", path, error, .writing)
    }
  }

  private func flush(_ descriptor: Int32) throws(SystemError) {
    if pending.isEmpty { return }
    try System.write(pending, to: descriptor)
    written += pending.count
    pending.removeAll(keepingCapacity: true)
  }

  private func discard() {
    guard let descriptor else { return }
    self.descriptor = nil
    try? System.close(descriptor)
    try? System.unlink(temporary)
  }

  /// The target of the rename: through a symbolic link, and never over a folder, device or pipe.
  private static func target(of path: String) throws(SystemError) -> (path: String, existing: System.Status?) {
    let status: System.Status
    do throws(SystemError) {
      status = try System.status(path, followingLinks: false)
    } catch .doesNotExist {
      if path.isEmpty { throw .doesNotExist }
      if path.utf8.last == UInt8(ascii: "/") { throw .isFolder }
      return (path, nil)
    }
    switch status.kind {
    case .file: return (path, status)
    case .folder: throw .isFolder
    case .other: throw .isNotRegular
    case .link:
      let resolved = try System.resolve(path)
      return try target(of: resolved)
    }
  }

  private static func makeTemporary(in folder: String) throws(SystemError) -> (path: String, descriptor: Int32) {
    // A process of the same number may have left files behind after a crash; their names are passed over.
    var attempt = 0
    while true {
      let path = Files.join(folder, ".tmp-\(System.processIdentifier)-\(attempt)")
      do throws(SystemError) {
        return (path, try System.open(path, .createNew))
      } catch .exists {
        attempt += 1
        if attempt > 100_000 { throw .exists }
      }
    }
  }
}
