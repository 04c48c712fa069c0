import Files
import JSONText

/// A value inside a JSON file together with its path, which every error about it names.
struct JSONNode {
  /// The path of the file.
  let file: String
  /// The path of the value in the file: `model.vocab`, `added_tokens[3].id`; empty for the whole.
  let path: String
  let value: JSONValue

  /// The bytes of a file.
  static func bytes(of file: String) throws(TokenizerError) -> [UInt8] {
    do throws(FileError) {
      return try Files.read(file, maximumBytes: Limits.fileBytes)
    } catch {
      throw TokenizerError(error)
    }
  }

  /// Reads a file whose value must be an object.
  static func read(_ file: String) throws(TokenizerError) -> JSONNode {
    try parse(try bytes(of: file), file)
  }

  /// Reads a file whose value must be an object; nil where there is no such file.
  static func readIfPresent(_ file: String) throws(TokenizerError) -> JSONNode? {
    Files.exists(file) ? try read(file) : nil
  }

  /// Reads the text of a file, whose value must be an object.
  static func parse(_ bytes: [UInt8], _ file: String) throws(TokenizerError) -> JSONNode {
    let node: JSONNode
    do throws(JSONError) {
      node = JSONNode(file: file, path: "", value: try JSONReader.parse(bytes))
    } catch {
      throw TokenizerError("\(file):\(error.line):\(error.column): not JSON: \(error.message)")
    }
    guard case .object = node.value else { throw node.error("the file holds \(node.found); expected an object") }
    return node
  }

  // MARK: - Members and elements

  /// The members of an object.
  func members(_ expected: String = "an object") throws(TokenizerError) -> [(name: String, value: JSONValue)] {
    guard case .object(let object) = value else { throw unexpected(expected) }
    return object.members
  }

  /// The members of an object that may have only these names, as a lookup by name.
  func fields(_ names: String...) throws(TokenizerError) -> JSONFields {
    let members = try members()
    for (name, _) in members where !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
      let known = names.joined(separator: ", ")
      throw error("\(child(name).path) is not a known field; expected only \(known)")
    }
    return JSONFields(node: self)
  }

  /// A member by name; nil where it is missing.
  func member(_ name: String) -> JSONNode? {
    value.objectValue?[name].map { child(name, $0) }
  }

  /// A member by name; nil where it is missing or null.
  func presentMember(_ name: String) -> JSONNode? {
    member(name).flatMap { $0.isNull ? nil : $0 }
  }

  /// The elements of an array.
  func elements(atMost limit: Int = .max) throws(TokenizerError) -> [JSONNode] {
    guard case .array(let elements) = value else { throw unexpected("an array") }
    guard elements.count <= limit else {
      throw error("\(path) has \(elements.count) elements; at most \(limit) are read")
    }
    return elements.enumerated().map { JSONNode(file: file, path: "\(path)[\($0.offset)]", value: $0.element) }
  }

  /// The node of the member `name`.
  func child(_ name: String, _ value: JSONValue = .null) -> JSONNode {
    let isPlain =
      !name.isEmpty
      && name.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
      }
    let step = isPlain ? (path.isEmpty ? name : ".\(name)") : "[\(Self.quoted(name))]"
    return JSONNode(file: file, path: path + step, value: value)
  }

  // MARK: - Values

  var isNull: Bool { value == .null }

  func string() throws(TokenizerError) -> String {
    guard case .string(let text) = value else { throw unexpected("a string") }
    return text
  }

  /// A string that is compared with names of ours; "" where it has anything but ASCII, since such a string can be equal
  /// to an ASCII one for Swift without being the same bytes.
  func keyword() throws(TokenizerError) -> String {
    let text = try string()
    return text.utf8.allSatisfy { $0 < 0x80 } ? text : ""
  }

  func boolean() throws(TokenizerError) -> Bool {
    guard case .bool(let value) = value else { throw unexpected("true or false") }
    return value
  }

  func integer(_ range: ClosedRange<Int>) throws(TokenizerError) -> Int {
    guard let integer = value.integerValue, range.contains(integer) else {
      throw unexpected("a whole number from \(range.lowerBound) through \(range.upperBound)")
    }
    return integer
  }

  /// A token id.
  func id() throws(TokenizerError) -> Int32 {
    Int32(try integer(0...Int(Int32.max)))
  }

  /// The text of an added token.
  func token() throws(TokenizerError) -> String {
    let text = try string()
    guard !text.isEmpty else { throw unexpected("a token of one or more characters") }
    try check(text, limit: Limits.addedTokenBytes)
    return text
  }

  /// Refuses a token that is longer than any that is read.
  func check(_ token: String, limit: Int) throws(TokenizerError) {
    let count = token.utf8.count
    guard count > limit else { return }
    throw error("\(path) has a token of \(count) bytes, \(Self.quoted(token)); at most \(limit) are read")
  }

  /// One of some words, as it stands.
  func choice(_ words: String...) throws(TokenizerError) -> String { try choice(words) }

  func choice(_ words: [String]) throws(TokenizerError) -> String {
    guard case .string(let text) = value, words.contains(where: { $0.utf8.elementsEqual(text.utf8) }) else {
      let quoted = words.map(Self.quoted)
      let last = quoted.count > 1 ? " or \(quoted[quoted.count - 1])" : quoted.joined()
      throw unexpected(quoted.dropLast().joined(separator: ", ") + last)
    }
    return text
  }

  // MARK: - Complaints

  func unexpected(_ expected: String) -> TokenizerError {
    error("\(path) is \(found); expected \(expected)")
  }

  func error(_ message: String) -> TokenizerError {
    TokenizerError("\(file): \(message)")
  }

  /// The value in words: scalars as they stand, long strings cut, arrays and objects by their kind.
  private var found: String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let text): text.utf8.count > 40 ? "a number of \(text.utf8.count) digits" : text
    case .string(let text): Self.quoted(text)
    case .array, .object: value.kindName
    }
  }

  /// A text in quotation marks, with escapes, and cut where it is long.
  static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > 60 else { return JSONValue.string(text).text() }
    return JSONValue.string(String(String.UnicodeScalarView(scalars.prefix(57))) + "...").text()
  }
}

/// The members of an object whose names were checked.
struct JSONFields {
  let node: JSONNode

  /// A member that must be there.
  subscript(_ name: String) -> JSONNode {
    get throws(TokenizerError) {
      guard let member = node.member(name) else {
        throw node.error("\(node.child(name).path) is missing")
      }
      return member
    }
  }

  /// A member that may be missing or null.
  func optional(_ name: String) -> JSONNode? {
    node.presentMember(name)
  }
}
