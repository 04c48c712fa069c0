import JSONText

/// Reads a large member of `model` in `tokenizer.json` straight from the bytes.
///
/// These members are nearly all of the file, hundreds of thousands of short strings and numbers; making a `JSONValue` of
/// each takes most of the time of loading a tokenizer. A cursor reads only what is in order. At anything else it gives up,
/// and the whole file takes the common path, which finds the same fault and names it.
struct ModelCursor {
  private let bytes: [UInt8]
  /// The first character of the member's value.
  private let start: Int
  private var position: Int

  /// Stands before the value of a member; nil where there is no such member, or it does not start like this.
  init?(_ bytes: [UInt8], member: String, opening: Unicode.Scalar) {
    guard let start = Self.value(of: member, in: bytes), bytes[start] == UInt8(ascii: opening) else { return nil }
    self.bytes = bytes
    self.start = start
    position = start + 1
  }

  /// The number of bytes from here to the end of the file.
  var remaining: Int { bytes.count - position }

  /// The file with nothing between the first character of the value and the last one that was read.
  var rest: [UInt8] { Array(bytes[...start]) + bytes[(position - 1)...] }

  // MARK: - Finding the member

  /// The start of the value.
  ///
  /// In JSON text that is in order, counting brackets outside strings is enough; other text is refused when `rest` is
  /// read.
  private static func value(of member: String, in bytes: [UInt8]) -> Int? {
    var depth = 0
    var isInModel = false
    var position = 0
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        let start = position + 1
        guard let end = endOfString(from: start, in: bytes) else { return nil }
        position = skipSpace(from: end + 1, in: bytes)
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { continue }
        if depth == 1 { isInModel = bytes[start..<end].elementsEqual("model".utf8) }
        if depth == 2, isInModel, bytes[start..<end].elementsEqual(member.utf8) {
          let value = skipSpace(from: position + 1, in: bytes)
          return value < bytes.count ? value : nil
        }
      default: break
      }
      position += 1
    }
    return nil
  }

  /// The quotation mark that ends the string whose first character is at `position`.
  private static func endOfString(from position: Int, in bytes: [UInt8]) -> Int? {
    var position = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""): return position
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    return nil
  }

  private static func skipSpace(from position: Int, in bytes: [UInt8]) -> Int {
    var position = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
      default: return position
      }
    }
    return position
  }

  // MARK: - Reading

  /// Takes a character and the white space before it.
  @inline(__always)
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    position = Self.skipSpace(from: position, in: bytes)
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Reads a string and gives `body` its UTF-8 bytes.
  ///
  /// - Returns: What `body` returns; nil where no string of at most `limit` bytes comes next.
  @inline(__always)
  mutating func readString<Result>(atMost limit: Int, _ body: (ArraySlice<UInt8>) -> Result) -> Result? {
    guard take("\"") else { return nil }
    let start = position
    var all: UInt8 = 0
    while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\") {
      // JSON has control characters only as escapes.
      if bytes[position] < 0x20 { return nil }
      all |= bytes[position]
      position += 1
    }
    guard position < bytes.count, position - start <= limit else { return nil }
    if bytes[position] == UInt8(ascii: "\\") {
      guard let text = readEscapes(from: start, atMost: limit) else { return nil }
      return body(text[...])
    }
    if all >= 0x80, !UTF8Text.isValid(bytes[start..<position]) { return nil }
    position += 1
    return body(bytes[start..<position - 1])
  }

  private mutating func readEscapes(from start: Int, atMost limit: Int) -> [UInt8]? {
    guard let end = Self.endOfString(from: position, in: bytes), end - start <= limit,
      case .string(let text)? = try? JSONReader.parse(bytes[(start - 1)...end])
    else { return nil }
    position = end + 1
    return Array(text.utf8)
  }

  /// Reads a number.
  mutating func readNumber() -> DecimalNumber? {
    position = Self.skipSpace(from: position, in: bytes)
    return DecimalNumber(bytes, &position)
  }

  /// Reads a token id.
  mutating func readID() -> Int32? {
    position = Self.skipSpace(from: position, in: bytes)
    let start = position
    var id: Int64 = 0
    while position < bytes.count, bytes[position] >= UInt8(ascii: "0"), bytes[position] <= UInt8(ascii: "9") {
      id = id * 10 + Int64(bytes[position] - UInt8(ascii: "0"))
      position += 1
      if position - start > 10 { return nil }
    }
    guard position > start, bytes[start] != UInt8(ascii: "0") || position == start + 1 else { return nil }
    return Int32(exactly: id)
  }
}
