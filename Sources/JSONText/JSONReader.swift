/// Reads JSON text strictly by RFC 8259.
///
/// Refused are: text that is not UTF-8, a byte order mark, comments, trailing commas, numbers like `01` or `.5`,
/// escapes of lone surrogates, two members of one name (compared unescaped, byte by byte), and anything but white
/// space around the value.
public enum JSONReader {
  /// Reads one JSON value.
  ///
  /// - Parameter maximumDepth: How many arrays and objects may stand inside one another.
  public static func parse(_ bytes: [UInt8], maximumDepth: Int = 128) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes, maximumDepth: maximumDepth)
    return try parser.parse()
  }

  /// Reads one JSON value from a part of some bytes; places in errors count from the start of the part.
  public static func parse(_ bytes: ArraySlice<UInt8>, maximumDepth: Int = 128) throws(JSONError) -> JSONValue {
    try parse(Array(bytes), maximumDepth: maximumDepth)
  }
}

/// One pass over the bytes, by recursive descent.
struct JSONParser {
  let bytes: [UInt8]
  var position = 0
  private let maximumDepth: Int
  private var depth = 0
  private var names = MemberNames()

  init(_ bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  mutating func parse() throws(JSONError) -> JSONValue {
    skipWhiteSpace()
    let value = try parseValue()
    skipWhiteSpace()
    if position < bytes.count { throw expected("the end of the text") }
    return value
  }

  private mutating func parseValue() throws(JSONError) -> JSONValue {
    switch current {
    case UInt8(ascii: "\""): return .string(try parseString().text)
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONError) in try parser.parseObject() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONError) in try parser.parseArray() }
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    default: throw expected("a value")
    }
  }

  private mutating func nested(
    _ parse: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    if depth == maximumDepth { throw error("arrays and objects are nested deeper than \(maximumDepth) levels") }
    depth += 1
    position += 1
    skipWhiteSpace()
    let value = try parse(&self)
    depth -= 1
    return value
  }

  private mutating func parseArray() throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    if take("]") { return .array(elements) }
    while true {
      elements.append(try parseValue())
      skipWhiteSpace()
      if take("]") { return .array(elements) }
      if !take(",") { throw expected("\",\" or \"]\"") }
      skipWhiteSpace()
    }
  }

  private mutating func parseObject() throws(JSONError) -> JSONValue {
    var members: [(name: String, value: JSONValue)] = []
    if take("}") { return .object(JSONObject(members)) }
    let mark = names.mark
    while true {
      guard current == UInt8(ascii: "\"") else { throw expected("a member name in quotation marks") }
      let offset = position
      let (name, hash) = try parseString()
      names.add(hash: hash, offset: offset)
      skipWhiteSpace()
      if !take(":") { throw expected("\":\" after a member name") }
      skipWhiteSpace()
      members.append((name, try parseValue()))
      skipWhiteSpace()
      if take("}") { break }
      if !take(",") { throw expected("\",\" or \"}\"") }
      skipWhiteSpace()
    }
    if let (name, offset) = names.removeAll(from: mark, namesOf: members) {
      let text = JSONValue.string(name).text()
      throw JSONError("the member name \(text) stands twice in one object", at: offset, in: bytes)
    }
    return .object(JSONObject(members))
  }

  private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count, bytes[position..<end].elementsEqual(word.description.utf8) else {
      throw expected("a value")
    }
    position = end
    return value
  }

  private mutating func parseNumber() throws(JSONError) -> JSONValue {
    let start = position
    if current == UInt8(ascii: "-") { position += 1 }
    if current == UInt8(ascii: "0") {
      position += 1
      if isDigit { throw error("a number starts with 0") }
    } else {
      try skipDigits("a digit")
    }
    if current == UInt8(ascii: ".") {
      position += 1
      try skipDigits("a digit after \".\"")
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try skipDigits("a digit of the exponent")
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func skipDigits(_ what: String) throws(JSONError) {
    if !isDigit { throw expected(what) }
    while isDigit { position += 1 }
  }

  private var isDigit: Bool {
    position < bytes.count && bytes[position] >= UInt8(ascii: "0") && bytes[position] <= UInt8(ascii: "9")
  }

  // MARK: - Shared with the reading of strings

  /// The byte at the position, 0 at the end; a byte 0 is valid nowhere in JSON text.
  var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count && bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipWhiteSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
      default: return
      }
    }
  }

  func error(_ message: String) -> JSONError {
    JSONError(message, at: position, in: bytes)
  }

  func expected(_ what: String) -> JSONError {
    error("expected \(what), found \(found)")
  }

  /// What stands at the position, in words.
  private var found: String {
    guard position < bytes.count else { return "the end of the text" }
    if bytes[position...].starts(with: [0xEF, 0xBB, 0xBF]) { return "a byte order mark" }
    let byte = bytes[position]
    if byte > 0x20 && byte < 0x7F { return "\"\(Unicode.Scalar(byte))\"" }
    return "the byte \(byteName(byte))"
  }
}

/// A byte as a person writes it: `0x0A`.
func byteName(_ byte: UInt8) -> String {
  (byte < 0x10 ? "0x0" : "0x") + String(byte, radix: 16, uppercase: true)
}
