/// A text is not JSON.
public struct JSONError: Error, CustomStringConvertible, Equatable {
  /// The line, from 1 on.
  public let line: Int
  /// The character in the line, from 1 on.
  public let column: Int
  /// The byte in the text, from 0 on.
  public let offset: Int
  /// The expected text and the text that was found.
  public let message: String

  /// The line, the column and the message; the caller adds the file.
  public var description: String { "line \(line), column \(column): \(message)" }

  /// Makes the error for a byte of a text; an offset outside the text means its end.
  public init(_ message: String, at offset: Int, in bytes: [UInt8]) {
    var line = 1
    var column = 1
    for byte in bytes[..<max(0, min(offset, bytes.count))] {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    self.line = line
    self.column = column
    self.offset = offset
    self.message = message
  }
}
