import JSONText

/// The object `model.vocab` of `tokenizer.json`, read straight from the bytes.
///
/// It is nearly all of the file, tens of thousands of short strings and numbers; making a `JSONValue` of each takes most
/// of the time of loading a tokenizer. This reads only what is in order. At anything else it gives up, and the whole
/// file takes the common path, which finds the same fault and names it.
struct VocabularyScan {
  /// The tokens in the order of the file.
  private(set) var table: ByteTable
  /// Their ids.
  private(set) var ids: [Int32] = []
  /// The file with an empty object instead of the vocabulary.
  private(set) var rest: [UInt8] = []

  private let bytes: [UInt8]
  private var position: Int

  /// Nil where there is no such object, or it is not in order.
  init?(_ bytes: [UInt8]) {
    guard let start = Self.vocabulary(in: bytes) else { return nil }
    self.bytes = bytes
    position = start + 1
    table = ByteTable(capacity: (bytes.count - start) / 16)
    guard readMembers() else { return nil }
    rest = Array(bytes[...start])
    rest += bytes[(position - 1)...]
  }

  // MARK: - Finding the object

  /// The start of the object.
  ///
  /// In JSON text that is in order, counting brackets outside strings is enough; other text is refused when `rest` is
  /// read.
  private static func vocabulary(in bytes: [UInt8]) -> Int? {
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
        if depth == 2, isInModel, bytes[start..<end].elementsEqual("vocab".utf8) {
          let value = skipSpace(from: position + 1, in: bytes)
          return value < bytes.count && bytes[value] == UInt8(ascii: "{") ? value : nil
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

  // MARK: - Reading the members

  private mutating func readMembers() -> Bool {
    while true {
      position = Self.skipSpace(from: position, in: bytes)
      guard take("\""), readToken() else { return false }
      position = Self.skipSpace(from: position, in: bytes)
      guard take(":") else { return false }
      position = Self.skipSpace(from: position, in: bytes)
      guard readID(), ids.count <= Limits.tokens else { return false }
      position = Self.skipSpace(from: position, in: bytes)
      if take("}") { return true }
      guard take(",") else { return false }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Reads a token after its first quotation mark.
  private mutating func readToken() -> Bool {
    let start = position
    var all: UInt8 = 0
    while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\") {
      // JSON has control characters only as escapes.
      if bytes[position] < 0x20 { return false }
      all |= bytes[position]
      position += 1
    }
    guard position < bytes.count, position - start <= Limits.tokenBytes else { return false }
    if bytes[position] == UInt8(ascii: "\\") { return readEscapedToken(from: start) }
    if all >= 0x80, !UTF8Text.isValid(bytes[start..<position]) { return false }
    let isNew = table.insert(bytes[start..<position]).isNew
    position += 1
    return isNew
  }

  private mutating func readEscapedToken(from start: Int) -> Bool {
    guard let end = Self.endOfString(from: position, in: bytes), end - start <= Limits.tokenBytes,
      case .string(let token)? = try? JSONReader.parse(bytes[(start - 1)...end])
    else { return false }
    position = end + 1
    return table.insert(token.utf8).isNew
  }

  private mutating func readID() -> Bool {
    let start = position
    var id: Int64 = 0
    while position < bytes.count, bytes[position] >= UInt8(ascii: "0"), bytes[position] <= UInt8(ascii: "9") {
      id = id * 10 + Int64(bytes[position] - UInt8(ascii: "0"))
      position += 1
      if position - start > 10 { return false }
    }
    guard position > start, bytes[start] != UInt8(ascii: "0") || position == start + 1, let id = Int32(exactly: id)
    else {
      return false
    }
    ids.append(id)
    return true
  }
}
