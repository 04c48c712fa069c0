/// The lines of a file of any size, one after the other.
public final class LineReader {
  /// The path as it was given; "-" is standard input.
  public let path: String
  private let descriptor: Int32
  private let maximumLineBytes: Int
  private var buffer: [UInt8] = []
  private var start = 0
  private var number = 0
  private var atEnd = false

  private static let chunk = 1 << 18
  private static let newline = UInt8(ascii: "\n")

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file, or "-" for standard input.
  ///   - maximumLineBytes: The most a line may have, its line break not counted.
  public init(_ path: String, maximumLineBytes: Int = 1 << 26) throws(FileError) {
    self.path = path
    self.maximumLineBytes = maximumLineBytes
    if path == "-" {
      descriptor = 0
      return
    }
    do throws(SystemError) {
      descriptor = try System.open(path, .read)
    } catch {
      throw FileError("read", path, error, .reading)
    }
  }

  deinit {
    if path != "-" { try? System.close(descriptor) }
  }

  /// The next line, or nil after the last.
  ///
  /// The line comes without its "\n" or "\r\n", the first without a UTF-8 byte order mark. Bytes after the last
  /// line break are a line too.
  ///
  /// - Returns: The number of the line, from 1 on, and its bytes.
  public func next() throws(FileError) -> (number: Int, bytes: [UInt8])? {
    var scanned = start
    while true {
      if let end = Self.newlineIndex(in: buffer, from: scanned) {
        return try take(upTo: end, next: end + 1)
      }
      if buffer.count - start > maximumLineBytes + 1 { throw tooLong() }
      if atEnd {
        if start == buffer.count { return nil }
        return try take(upTo: buffer.count, next: buffer.count)
      }
      scanned = buffer.count - start
      try refill()
    }
  }

  /// The line without its line break; moves on to the next one.
  private func take(upTo end: Int, next: Int) throws(FileError) -> (number: Int, bytes: [UInt8])? {
    var end = end
    if next > end && end > start && buffer[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    if end - start > maximumLineBytes { throw tooLong() }
    number += 1
    defer { start = next }
    return (number, Array(buffer[start..<end]))
  }

  private static func newlineIndex(in bytes: [UInt8], from start: Int) -> Int? {
    let span = bytes.span
    var index = start
    while index < span.count {
      if span[index] == newline { return index }
      index += 1
    }
    return nil
  }

  /// Drops what was taken and reads on.
  private func refill() throws(FileError) {
    buffer.removeSubrange(..<start)
    start = 0
    let isFirst = number == 0
    do throws(SystemError) {
      atEnd = try System.read(from: descriptor, count: Self.chunk, appendingTo: &buffer) == 0
    } catch {
      throw FileError("read", path == "-" ? "standard input" : path, error, .reading)
    }
    if isFirst { skipByteOrderMark() }
  }

  private var checkedByteOrderMark = false

  /// Steps over a byte order mark at the very start, once enough bytes for one have come.
  private func skipByteOrderMark() {
    if checkedByteOrderMark || (buffer.count < 3 && !atEnd) { return }
    checkedByteOrderMark = true
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
  }

  private func tooLong() -> FileError {
    let name = path == "-" ? "standard input" : path
    return FileError(
      path: path, kind: .badData,
      description:
        "\(name):\(number + 1): the line has more than \(maximumLineBytes) bytes; check that the file is text in lines")
  }
}
