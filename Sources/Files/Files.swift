/// Whole files and folders, by path.
///
/// Everything written is durable and all or nothing: it goes to a temporary name in the same folder, is
/// synchronized to the disk, and takes its final name by a rename; then the folder is synchronized.
public enum Files {
  /// Reads a whole file.
  ///
  /// - Parameter maximumBytes: The most the file may have; a larger one is an error before any memory is taken.
  public static func read(_ path: String, maximumBytes: Int = 1 << 31) throws(FileError) -> [UInt8] {
    let bytes: [UInt8]?
    do throws(SystemError) {
      bytes = try readBytes(path, maximumBytes: maximumBytes)
    } catch {
      throw FileError("read", path, error, .reading)
    }
    if let bytes { return bytes }
    throw FileError(
      path: path, kind: .badData,
      description: "cannot read \(path): it has more than \(maximumBytes) bytes; check that it is the right file")
  }

  /// Reads a whole file; nil when it has more than `maximumBytes`.
  private static func readBytes(_ path: String, maximumBytes: Int) throws(SystemError) -> [UInt8]? {
    let descriptor = try System.open(path, .read)
    defer { try? System.close(descriptor) }
    let status = try System.status(of: descriptor)
    if status.kind == .folder { throw .isFolder }
    if status.size > maximumBytes { return nil }
    if status.kind == .file && status.size > 0 {
      return try System.read(UInt8.self, count: status.size, from: descriptor, at: 0)
    }
    // A pipe, or a file of the system that does not know its size.
    var bytes: [UInt8] = []
    while bytes.count <= maximumBytes {
      if try System.read(from: descriptor, count: 1 << 16, appendingTo: &bytes) == 0 { return bytes }
    }
    return nil
  }

  /// Writes a whole file, durably: after a crash at any moment the path has the old content or the new one.
  ///
  /// A file that is replaced keeps its permissions; a symbolic link keeps pointing where it does.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let file = try DurableFile(path)
    try file.write(bytes)
    try file.commit()
  }

  /// Writes a whole text file as UTF-8, durably.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Copies a file, durably.
  public static func copy(_ from: String, to: String) throws(FileError) {
    let source = try RandomAccessFile(from)
    let copy = try DurableFile(to)
    try copy.reserve(source.size)
    var offset = 0
    while offset < source.size {
      let count = min(1 << 22, source.size - offset)
      try copy.write(source.read(at: offset, count: count))
      offset += count
    }
    try copy.commit()
  }

  /// True if there is anything under the path; a link that leads nowhere counts as nothing.
  public static func exists(_ path: String) -> Bool {
    (try? System.status(path)) != nil
  }

  /// True if there is anything under the path, for what depends on it that there is nothing.
  ///
  /// - Throws: `FileError` where the disk does not say, which ``exists(_:)`` takes for nothing.
  public static func isThere(_ path: String) throws(FileError) -> Bool {
    do throws(SystemError) {
      _ = try System.status(path)
      return true
    } catch {
      if [.doesNotExist, .isNoFolder].contains(error) { return false }
      throw FileError("read", path, error, .reading)
    }
  }

  /// True if the path is a folder, or a link to one.
  public static func isFolder(_ path: String) -> Bool {
    (try? System.status(path))?.kind == .folder
  }

  /// The bytes in a file.
  public static func size(_ path: String) throws(FileError) -> Int {
    do throws(SystemError) {
      let status = try System.status(path)
      if status.kind == .folder { throw .isFolder }
      return status.size
    } catch {
      throw FileError("read", path, error, .reading)
    }
  }

  /// When a file was changed or touched last, in seconds since 1970; nil where there is no file.
  public static func modificationTime(_ path: String) -> Double? {
    (try? System.status(path))?.modified
  }

  /// The stamp of a file, by which a change of its content shows.
  public static func stamp(of path: String) throws(FileError) -> FileStamp {
    do throws(SystemError) {
      return try System.status(path).stamp
    } catch {
      throw FileError("read", path, error, .reading)
    }
  }

  /// The time now on the clock of ``modificationTime(_:)``.
  public static var currentTime: Double { System.now }

  /// The time now as `2026-01-31T23:59:59Z`.
  public static var timestamp: String { System.timestamp }

  /// The number of this process.
  public static var processIdentifier: Int32 { System.processIdentifier }

  /// The name of this machine.
  public static var hostName: String { System.hostName }

  /// Gives a file the time now as the time of its last change, so that it counts as used.
  public static func touch(_ path: String) throws(FileError) {
    do throws(SystemError) {
      try System.touch(path)
    } catch {
      throw FileError("touch", path, error, .writing)
    }
  }

  /// The bytes that can still be written to the file system of a path.
  public static func freeBytes(at path: String) throws(FileError) -> Int {
    do throws(SystemError) {
      return try System.freeBytes(at: path)
    } catch {
      throw FileError("find the free space at", path, error, .reading)
    }
  }
}
