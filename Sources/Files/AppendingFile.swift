/// A log that grows by whole lines.
///
/// Every line is one system call in append mode, so that lines of several threads or processes do not mix and a
/// crash can cut short only the last one. A line that an earlier crash did cut short is ended before the first new one.
public final class AppendingFile: Sendable {
  /// The path as it was given.
  public let path: String
  private let descriptor: Int32

  /// Opens a file for adding lines; makes it when it does not exist.
  public init(_ path: String) throws(FileError) {
    do throws(SystemError) {
      let descriptor = try System.open(path, .append)
      do throws(SystemError) {
        let status = try System.status(of: descriptor)
        if status.kind == .file && status.size > 0 {
          let last = try System.read(UInt8.self, count: 1, from: descriptor, at: status.size - 1)
          if last != [UInt8(ascii: "\n")] { try System.write([UInt8(ascii: "\n")], to: descriptor) }
        }
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

  /// Adds a line; the line break is added here, and one inside the line is refused.
  public func append(line: String) throws(FileError) {
    var bytes = Array(line.utf8)
    if bytes.contains(UInt8(ascii: "\n")) {
      throw FileError(
        path: path, kind: .internalError,
        description: "cannot write \(path): a line for it contains a line break; this is a fault of the program")
    }
    bytes.append(UInt8(ascii: "\n"))
    try append(bytes)
  }

  /// Adds bytes, for a log whose records are no lines; a reader then tells by itself where a crash cut one short.
  public func append(_ bytes: [UInt8]) throws(FileError) {
    do throws(SystemError) {
      try System.write(bytes, to: descriptor)
    } catch {
      throw FileError("write", path, error, .writing)
    }
  }

  /// Makes all lines so far durable.
  public func synchronize() throws(FileError) {
    do throws(SystemError) {
      try System.synchronize(descriptor)
    } catch {
      throw FileError("write", path, error, .writing)
    }
  }
}
