import JSONText

/// The object `model.vocab` of `tokenizer.json`, read straight from the bytes.
///
/// It is nearly all of the file, tens of thousands of short strings and numbers; making a `JSONValue` of each takes most
/// of the time of loading a tokenizer. This reads only what is in order. At anything else it gives up, and the whole
/// file takes the common path, which finds the same fault and says what it is.
struct VocabularyScan {
  /// The tokens in the order of the file.
  private(set) var table: ByteTable
  /// Their ids.
  private(set) var ids: [Int32] = []
  /// The file with an empty object in the place of the vocabulary.
  private(set) var rest: [UInt8] = []

  private let bytes: [UInt8]
  private var place: Int

  /// Nil where there is no such object, or it is not in order.
  init?(_ bytes: [UInt8]) {
    guard let start = Self.vocabulary(in: bytes) else { return nil }
    self.bytes = bytes
    place = start + 1
    table = ByteTable(capacity: (bytes.count - start) / 16)
    guard readMembers() else { return nil }
    rest = Array(bytes[...start])
    rest += bytes[(place - 1)...]
  }

  // MARK: - Finding the object

  /// Where the object starts.
  ///
  /// In JSON text that is in order, counting brackets outside strings is enough; other text is refused when `rest` is
  /// read.
  private static func vocabulary(in bytes: [UInt8]) -> Int? {
    var depth = 0
    var isInModel = false
    var place = 0
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        let start = place + 1
        guard let end = endOfString(from: start, in: bytes) else { return nil }
        place = skipSpace(from: end + 1, in: bytes)
        guard place < bytes.count, bytes[place] == UInt8(ascii: ":") else { continue }
        if depth == 1 { isInModel = bytes[start..<end].elementsEqual("model".utf8) }
        if depth == 2, isInModel, bytes[start..<end].elementsEqual("vocab".utf8) {
          let value = skipSpace(from: place + 1, in: bytes)
          return value < bytes.count && bytes[value] == UInt8(ascii: "{") ? value : nil
        }
      default: break
      }
      place += 1
    }
    return nil
  }

  /// The quotation mark that ends the string whose first character is at `place`.
  private static func endOfString(from place: Int, in bytes: [UInt8]) -> Int? {
    var place = place
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""): return place
      case UInt8(ascii: "\\"): place += 2
      default: place += 1
      }
    }
    return nil
  }

  private static func skipSpace(from place: Int, in bytes: [UInt8]) -> Int {
    var place = place
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): place += 1
      default: return place
      }
    }
    return place
  }

  // MARK: - Reading the members

  private mutating func readMembers() -> Bool {
    while true {
      place = Self.skipSpace(from: place, in: bytes)
      guard take("\""), readToken() else { return false }
      place = Self.skipSpace(from: place, in: bytes)
      guard take(":") else { return false }
      place = Self.skipSpace(from: place, in: bytes)
      guard readID(), ids.count <= Limits.tokens else { return false }
      place = Self.skipSpace(from: place, in: bytes)
      if take("}") { return true }
      guard take(",") else { return false }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  /// Reads a token after its first quotation mark.
  private mutating func readToken() -> Bool {
    let start = place
    var all: UInt8 = 0
    while place < bytes.count, bytes[place] != UInt8(ascii: "\""), bytes[place] != UInt8(ascii: "\\") {
      // JSON has control characters only as escapes.
      if bytes[place] < 0x20 { return false }
      all |= bytes[place]
      place += 1
    }
    guard place < bytes.count, place - start <= Limits.tokenBytes else { return false }
    if bytes[place] == UInt8(ascii: "\\") { return readEscapedToken(from: start) }
    if all >= 0x80, !UTF8Text.isValid(bytes[start..<place]) { return false }
    let isNew = table.insert(bytes[start..<place]).isNew
    place += 1
    return isNew
  }

  private mutating func readEscapedToken(from start: Int) -> Bool {
    guard let end = Self.endOfString(from: place, in: bytes), end - start <= Limits.tokenBytes,
      case .string(let token)? = try? JSONReader.parse(bytes[(start - 1)...end])
    else { return false }
    place = end + 1
    return table.insert(token.utf8).isNew
  }

  private mutating func readID() -> Bool {
    let start = place
    var id: Int64 = 0
    while place < bytes.count, bytes[place] >= UInt8(ascii: "0"), bytes[place] <= UInt8(ascii: "9") {
      id = id * 10 + Int64(bytes[place] - UInt8(ascii: "0"))
      place += 1
      if place - start > 10 { return false }
    }
    guard place > start, bytes[start] != UInt8(ascii: "0") || place == start + 1, let id = Int32(exactly: id) else {
      return false
    }
    ids.append(id)
    return true
  }
}
