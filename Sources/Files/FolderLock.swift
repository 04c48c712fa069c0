/// The right to work in a folder, which one process has at a time.
///
/// The lock is the kernel's (`flock` on a file in the folder): it ends with the process however that dies, so
/// there are no stale locks. Children do not inherit it. The file names its holder for people to read.
///
/// Swift may free a value after its last use: hold the lock with `withExtendedLifetime` around the work.
public final class FolderLock: Sendable {
  /// The folder as it was given.
  public let path: String
  private let descriptor: Int32

  /// Takes the lock of a folder until the value goes away.
  ///
  /// - Parameters:
  ///   - name: The name of the file that is locked.
  ///   - advice: An alternative to waiting, for the error.
  /// - Throws: An error of kind ``FailureKind/temporary`` when somebody else has it.
  public init(_ path: String, name: String, advice: String) throws(FileError) {
    self.path = path
    let file = Files.join(path, name)
    var isBusy = false
    do throws(SystemError) {
      let descriptor = try System.open(file, .update)
      do throws(SystemError) {
        try System.lock(descriptor)
        // Whoever had it may have removed the file since it was opened; a lock on that one locks nothing.
        let isThere = (try? System.status(file).stamp.number) == (try System.status(of: descriptor).stamp.number)
        if !isThere { throw .wouldBlock }
        try System.truncate(descriptor, to: 0)
        try System.write(Array(Self.holder.utf8), to: descriptor)
      } catch {
        try? System.close(descriptor)
        isBusy = error == .wouldBlock
        throw error
      }
      self.descriptor = descriptor
    } catch {
      if isBusy { throw Self.busy(path, file, advice) }
      throw FileError("lock", file, error, .writing)
    }
  }

  deinit {
    // The file stays; only the holder may remove it, together with the folder.
    try? System.close(descriptor)
  }

  private static var holder: String {
    "process \(System.processIdentifier) on \(System.hostName) since \(System.timestamp)\n"
  }

  private static func busy(_ path: String, _ file: String, _ advice: String) -> FileError {
    let content = try? Files.read(file, maximumBytes: 4096)
    // A content without its line break is one that is just being written.
    let isWhole = content?.last == UInt8(ascii: "\n")
    let holder = isWhole ? content.map { String(decoding: $0.dropLast(), as: UTF8.self) } : nil
    return FileError(
      path: path, kind: .temporary,
      description:
        "\(path) is in use by \(holder ?? "another process"); wait until it ends, or \(advice)")
  }
}
