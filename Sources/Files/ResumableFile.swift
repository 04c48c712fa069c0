/// A file that grows over several runs of the program until it is whole, and then takes its final name.
///
/// What was added before a crash is still there, perhaps with a damaged end: whoever goes on compares the whole content with
/// a digest before ``commit(as:)``.
public final class ResumableFile {
  /// The path of the file while it grows.
  public let path: String
  /// The bytes in the file.
  public private(set) var size: Int
  private let descriptor: Int32

  /// Opens the file; makes it when it does not exist.
  public init(_ path: String) throws(FileError) {
    do throws(SystemError) {
      let descriptor = try System.open(path, .append)
      do throws(SystemError) {
        let status = try System.status(of: descriptor)
        guard status.kind == .file else { throw .isNotRegular }
        size = status.size
      } catch {
        try? System.close(descriptor)
        throw error
      }
      self.descriptor = descriptor
    } catch {
      throw FileError("write", path, error, .writing)
    }
    self.path = path
  }

  deinit {
    try? System.close(descriptor)
  }

  /// Adds bytes at the end.
  public func append(_ bytes: [UInt8]) throws(FileError) {
    try attempt { () throws(SystemError) in try System.write(bytes, to: descriptor) }
    size += bytes.count
  }

  /// Removes all bytes.
  public func clear() throws(FileError) {
    try attempt { () throws(SystemError) in try System.truncate(descriptor, to: 0) }
    size = 0
  }

  /// Makes the content durable and gives the file its final name, on the same file system.
  public func commit(as name: String) throws(FileError) {
    try attempt { () throws(SystemError) in
      try System.synchronize(descriptor)
      try System.rename(path, to: name)
    }
    try Files.synchronizeFolder(Files.parent(of: name))
  }

  private func attempt(_ step: () throws(SystemError) -> Void) throws(FileError) {
    do throws(SystemError) {
      try step()
    } catch {
      throw FileError("write", path, error, .writing)
    }
  }
}
