/// The lines of a file of any size, one after the other.
///
/// UTF-16 comes out as UTF-8. Lines end with "\n" or "\r\n"; where there is "\r" and no "\n" in the first quarter of a megabyte,
/// or in a shorter file, they end with "\r". ``form`` says what was found.
public final class LineReader {
  /// The path as it was given; "-" is standard input.
  public let path: String
  /// The encoding and the line ends, once a line was read.
  public private(set) var form = TextForm()
  private let descriptor: Int32
  private let maximumLineBytes: Int
  private var buffer: [UInt8] = []
  private var start = 0
  private var number = 0
  private var atEnd = false
  private var isOpened = false
  private var decoder: UTF16Decoder?

  private static let chunk = 1 << 18
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

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
  /// The line comes without its line break, the first without a byte order mark. Bytes after the last line break are a line too.
  ///
  /// - Returns: The number of the line, from 1 on, and its bytes.
  /// - Throws: `FileError` also for a file that is no text by its first bytes, such as an archive.
  public func next() throws(FileError) -> (number: Int, bytes: [UInt8])? {
    try open()
    let lineEnd = form.lineEnd == .lineFeed ? Self.newline : Self.carriageReturn
    var scanned = start
    while true {
      if let end = Self.index(of: lineEnd, in: buffer, from: scanned) {
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
    if form.lineEnd == .lineFeed && next > end && end > start && buffer[end - 1] == Self.carriageReturn { end -= 1 }
    if end - start > maximumLineBytes { throw tooLong() }
    number += 1
    defer { start = next }
    return (number, Array(buffer[start..<end]))
  }

  private static func index(of byte: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
    let span = bytes.span
    var index = start
    while index < span.count {
      if span[index] == byte { return index }
      index += 1
    }
    return nil
  }

  // MARK: - The beginning

  /// Reads so much that encoding and line ends are known; never more than the first line where that is enough.
  private func open() throws(FileError) {
    if isOpened { return }
    isOpened = true
    while buffer.count < 16 && !atEnd && !buffer.contains(Self.newline) { try refill() }
    if let found = FileSignature.ofBinary(buffer) {
      throw refusal("expected text, found \(found.name); \(found.remedy)")
    }
    form.encoding = TextForm.Encoding(of: buffer)
    if form.encoding == .utf8 {
      if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
    } else {
      decoder = UTF16Decoder(isBigEndian: form.encoding == .utf16BigEndian)
      let bytes = buffer
      buffer = []
      try append(bytes)
    }
    try findLineEnd()
  }

  /// Reads on to the first line break.
  private func findLineEnd() throws(FileError) {
    var (scanned, hasReturn) = (start, false)
    while Self.index(of: Self.newline, in: buffer, from: scanned) == nil {
      hasReturn = hasReturn || Self.index(of: Self.carriageReturn, in: buffer, from: scanned) != nil
      // A carriage return at the end may belong to a line feed that is still to come.
      if atEnd || buffer.count >= Self.chunk && hasReturn && buffer.last != Self.carriageReturn {
        form.lineEnd = hasReturn ? .carriageReturn : .lineFeed
        return
      }
      if buffer.count - start > maximumLineBytes + 1 { return }
      scanned = buffer.count - start
      try refill()
    }
  }

  // MARK: - Reading on

  /// Drops what was taken and reads on.
  private func refill() throws(FileError) {
    buffer.removeSubrange(..<start)
    start = 0
    var bytes: [UInt8] = []
    do throws(SystemError) {
      if decoder == nil {
        atEnd = try System.read(from: descriptor, count: Self.chunk, appendingTo: &buffer) == 0
        return
      }
      atEnd = try System.read(from: descriptor, count: Self.chunk, appendingTo: &bytes) == 0
    } catch {
      throw FileError("read", name, error, .reading)
    }
    try append(bytes)
  }

  /// Appends UTF-16 as UTF-8.
  private func append(_ bytes: [UInt8]) throws(FileError) {
    guard decoder?.decode(bytes, to: &buffer) != false, !atEnd || decoder?.isComplete != false else {
      throw refusal("expected whole characters of UTF-16, found half a one; export the file again, as UTF-8")
    }
  }

  private var name: String { path == "-" ? "standard input" : path }

  private func refusal(_ problem: String) -> FileError {
    FileError(path: path, kind: .badData, description: "\(name): \(problem)")
  }

  private func tooLong() -> FileError {
    FileError(
      path: path, kind: .badData,
      description:
        "\(name):\(number + 1): the line has more than \(maximumLineBytes) bytes; check that the file is text in lines")
  }
}
