/// A position in JSON text from which values are read one after the other, by the rules of ``JSONReader``.
///
/// It is for text whose form is known and may be large: what the caller does not keep takes no memory.
/// ``finish()`` must come last, or what follows the value goes unchecked.
public struct JSONCursor {
  /// The kinds of values.
  public enum Kind: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool
    /// A number.
    case number
    /// A string.
    case string
    /// An array.
    case array
    /// An object.
    case object
  }

  let bytes: [UInt8]
  /// The next byte; between two calls never white space before a value.
  var position = 0
  private let maximumDepth: Int
  private var depth = 0
  private var names = MemberNames()
  let hashKey = ByteHasher.key

  /// Starts at the first value of a text.
  public init(_ bytes: [UInt8], maximumDepth: Int = 128) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
    skipWhiteSpace()
  }

  /// The byte at which the next value starts, for an error about it.
  public var offset: Int { position }

  /// The kind of the next value, by its first character.
  public func nextKind() throws(JSONError) -> Kind {
    switch current {
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    default: throw expected("a value")
    }
  }

  // MARK: - Reading

  /// Reads any value with all that is in it.
  public mutating func readValue() throws(JSONError) -> JSONValue {
    switch try nextKind() {
    case .null: try skipWord("null")
    case .bool: return .bool(try readBool())
    case .number: return .number(try readNumber())
    case .string: return .string(try readString())
    case .array:
      var elements: [JSONValue] = []
      try readArray { (cursor) throws(JSONError) in elements.append(try cursor.readValue()) }
      return .array(elements)
    case .object:
      var members: [(name: String, value: JSONValue)] = []
      try readObject { (cursor, name) throws(JSONError) in members.append((name, try cursor.readValue())) }
      return .object(JSONObject(members))
    }
    return .null
  }

  /// Checks any value and passes over it.
  public mutating func skipValue() throws(JSONError) {
    switch try nextKind() {
    case .null: try skipWord("null")
    case .bool: _ = try readBool()
    case .number: _ = try scanNumber()
    case .string: _ = try scanString()
    case .array: try readArray { (cursor) throws(JSONError) in try cursor.skipValue() }
    case .object: try members { (cursor, _) throws(JSONError) in try cursor.skipValue() }
    }
  }

  /// Reads a string, unescaped.
  public mutating func readString() throws(JSONError) -> String {
    guard try nextKind() == .string else { throw expected("a string") }
    return text(of: try scanString())
  }

  /// Reads a number as its text.
  public mutating func readNumber() throws(JSONError) -> String {
    guard try nextKind() == .number else { throw expected("a number") }
    return String(decoding: bytes[try scanNumber()], as: UTF8.self)
  }

  /// Reads `true` or `false`.
  public mutating func readBool() throws(JSONError) -> Bool {
    guard try nextKind() == .bool else { throw expected("true or false") }
    let value = current == UInt8(ascii: "t")
    try skipWord(value ? "true" : "false")
    return value
  }

  /// Reads an array; `readElement` must read or skip exactly one value.
  public mutating func readArray(
    _ readElement: (inout JSONCursor) throws(JSONError) -> Void
  ) throws(JSONError) {
    guard try nextKind() == .array else { throw expected("an array") }
    try enter()
    defer { depth -= 1 }
    if take("]") { return }
    while true {
      try readElement(&self)
      skipWhiteSpace()
      if take("]") { return }
      if !take(",") { throw expected("\",\" or \"]\"") }
      skipWhiteSpace()
    }
  }

  /// Reads an object; `readMember` is given each name and must read or skip exactly one value.
  public mutating func readObject(
    _ readMember: (inout JSONCursor, String) throws(JSONError) -> Void
  ) throws(JSONError) {
    try members { (cursor, name) throws(JSONError) in try readMember(&cursor, cursor.text(of: name)) }
  }

  /// True if nothing follows but white space, which is passed over.
  public var isAtEnd: Bool {
    mutating get {
      skipWhiteSpace()
      return position == bytes.count
    }
  }

  /// Checks that nothing but white space follows.
  public mutating func finish() throws(JSONError) {
    skipWhiteSpace()
    if position < bytes.count { throw expected("the end of the text") }
  }

  /// An error at the next value, or at another position.
  public func error(_ message: String, at offset: Int? = nil) -> JSONError {
    JSONError(message, at: offset ?? position, in: bytes)
  }

  // MARK: - Structure

  private mutating func members(
    _ readMember: (inout JSONCursor, StringRange) throws(JSONError) -> Void
  ) throws(JSONError) {
    guard try nextKind() == .object else { throw expected("an object") }
    try enter()
    defer { depth -= 1 }
    if take("}") { return }
    let mark = names.count
    while true {
      guard current == UInt8(ascii: "\"") else { throw expected("a member name in quotation marks") }
      let name = try scanString()
      names.add(name)
      skipWhiteSpace()
      if !take(":") { throw expected("\":\" after a member name") }
      skipWhiteSpace()
      try readMember(&self, name)
      skipWhiteSpace()
      if take("}") { break }
      if !take(",") { throw expected("\",\" or \"}\"") }
      skipWhiteSpace()
    }
    let duplicate = names.firstDuplicate(from: mark) { text(of: $0).utf8.elementsEqual(text(of: $1).utf8) }
    if let duplicate {
      let text = JSONValue.string(text(of: duplicate)).text()
      throw error("the member name \(text) stands twice in one object", at: duplicate.start - 1)
    }
    names.removeAll(from: mark)
  }

  /// Steps into an array or object.
  private mutating func enter() throws(JSONError) {
    if depth == maximumDepth { throw error("arrays and objects are nested deeper than \(maximumDepth) levels") }
    depth += 1
    position += 1
    skipWhiteSpace()
  }

  private mutating func skipWord(_ word: StaticString) throws(JSONError) {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count, bytes[position..<end].elementsEqual(word.description.utf8) else {
      throw expected("a value")
    }
    position = end
  }

  // MARK: - Numbers

  private mutating func scanNumber() throws(JSONError) -> Range<Int> {
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
    return start..<position
  }

  private mutating func skipDigits(_ what: String) throws(JSONError) {
    if !isDigit { throw expected(what) }
    while isDigit { position += 1 }
  }

  private var isDigit: Bool {
    position < bytes.count && bytes[position] >= UInt8(ascii: "0") && bytes[position] <= UInt8(ascii: "9")
  }

  // MARK: - Characters

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

  /// The error that there is something else at the position.
  func expected(_ what: String) -> JSONError {
    error("expected \(what), found \(found)")
  }

  /// The text at the position, in words.
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
