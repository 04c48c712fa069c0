import JSONText
import Words

/// The named values of one line of a file, read with a problem noted for each that is not what it must be.
///
/// A member that is null counts as missing. Every reader returns nil when it noted a problem.
struct Record {
  /// The line on which the record starts.
  let line: Int
  /// The values; from `.tsv` and `.csv` files too, where empty cells are missing.
  let object: JSONObject
  /// The word for a value in this kind of file: "member" or "column".
  let memberWord: String
  /// The columns of the table that the record is a row of.
  let columns: [String]

  init(line: Int, object: JSONObject, memberWord: String = "member", columns: [String] = []) {
    self.line = line
    self.object = object
    self.memberWord = memberWord
    self.columns = columns
  }

  /// The names of the values that are not null.
  var names: [String] {
    object.members.compactMap { if case .null = $0.value { nil } else { $0.name } }
  }

  /// The value of a name, unless it is missing or null.
  func value(_ name: String) -> JSONValue? {
    switch object[name] {
    case nil, .null: nil
    case let value: value
    }
  }

  // MARK: - Single values

  /// An identifier, which must be there: a string without white space, or a plain integer, which stands for its digits.
  func identifier(_ name: String, _ problems: inout Problems) -> String? {
    guard let value = value(name) else { return missing(name, Self.identifierRule, &problems) }
    let (identifier, found) = Self.identifier(value)
    if let identifier { return identifier }
    return refuse(name, Self.identifierRule, found, "use another identifier", &problems)
  }

  /// The identifier of a query, which begins lines of run files: a comment there begins with `#`.
  func queryIdentifier(_ name: String, _ problems: inout Problems) -> String? {
    guard let identifier = identifier(name, &problems) else { return nil }
    if TRECColumns.canBeginLine(identifier) { return identifier }
    return refuse(
      name, "an identifier", "\"\(identifier.shortened)\", which run files take for a comment",
      "begin it with another character than #", &problems)
  }

  /// A text, which must be there and hold something to read.
  func text(_ name: String, _ problems: inout Problems) -> String? {
    guard let value = value(name) else { return missing(name, "a text", &problems) }
    guard let text = string(value, name, &problems) else { return nil }
    if text.isBlank {
      return refuse(name, "a text", Self.blank, "write the text or remove the row", &problems)
    }
    return text
  }

  /// A text, which must be there but may be empty.
  func textOrNothing(_ name: String, _ problems: inout Problems) -> String? {
    guard let value = value(name) else { return missing(name, "a string", &problems) }
    return string(value, name, &problems)
  }

  /// A finite number that fits 32 bits; it must be there.
  func number(_ name: String, _ problems: inout Problems) -> Float? {
    guard let value = value(name) else { return missing(name, "a number", &problems) }
    if let number = Self.number(value) { return number }
    if let text = value.stringValue?.trimmed, let pointed = DecimalCommas.pointed(text) {
      return refuse(name, Self.numberRule, "\(text) with a decimal comma", "write \(pointed)", &problems)
    }
    return refuse(name, Self.numberRule, Self.description(value), "write a number such as 0.5", &problems)
  }

  private func string(_ value: JSONValue, _ name: String, _ problems: inout Problems) -> String? {
    if let text = value.stringValue { return text }
    return refuse(name, "a string", value.kindName, "write it in quotes", &problems)
  }

  // MARK: - Lists

  /// A list of texts; empty when missing.
  ///
  /// - Parameter mayBeBlank: True if a text may have nothing to read in it.
  func texts(_ name: String, mayBeBlank: Bool = false, _ problems: inout Problems) -> [String]? {
    list(name, "texts", &problems) { value in
      guard let text = value.stringValue else { return (nil, value.kindName) }
      return text.isBlank && !mayBeBlank ? (nil, Self.blank) : (text, "")
    }
  }

  /// A list of identifiers; empty when missing.
  func identifiers(_ name: String, _ problems: inout Problems) -> [String]? {
    list(name, "identifiers", &problems) { value in Self.identifier(value) }
  }

  /// A list of finite numbers that fit 32 bits, or `.some(nil)` when missing.
  func numbers(_ name: String, _ problems: inout Problems) -> [Float]?? {
    if value(name) == nil { return .some(nil) }
    return list(name, "numbers", &problems) { value in (Self.number(value), Self.description(value)) }
  }

  private func list<Element>(
    _ name: String, _ kind: String, _ problems: inout Problems,
    _ element: (JSONValue) -> (element: Element?, found: String)
  ) -> [Element]? {
    guard let value = value(name) else { return [] }
    guard let values = value.arrayValue else {
      return refuse(name, "a list of \(kind)", value.kindName, "write [ ] around it", &problems)
    }
    var elements: [Element] = []
    for (index, value) in values.enumerated() {
      let (element, found) = element(value)
      guard let element else {
        return refuse(name, "a list of \(kind)", "\(found) at place \(index + 1)", "correct or remove it", &problems)
      }
      elements.append(element)
    }
    return elements
  }

  // MARK: - Rules and messages

  private static let identifierRule = "a string without white space, or an integer"
  private static let numberRule = "a finite 32-bit number"
  private static let blank = "nothing but white space"

  private static func identifier(_ value: JSONValue) -> (element: String?, found: String) {
    switch value {
    case .string(let text) where text.isEmpty: (nil, "an empty string")
    case .string(let text) where !TRECColumns.canHold(text): (nil, description(value))
    case .string(let text): (text, "")
    case .number(let text) where value.integerValue != nil: (text, "")
    default: (nil, description(value))
    }
  }

  private static func number(_ value: JSONValue) -> Float? {
    guard let number = value.doubleValue, Float(number).isFinite else { return nil }
    return Float(number)
  }

  /// A value in words, numbers and short strings as they are.
  private static func description(_ value: JSONValue) -> String {
    switch value {
    case .number(let text): text.utf8.count <= 40 ? text : "a number of \(text.utf8.count) characters"
    case .string(let text): text.utf8.count <= 40 ? value.text() : "a string of \(text.utf8.count) bytes"
    default: value.kindName
    }
  }

  /// Notes that a value is missing, with the names that are there.
  private func missing<Value>(_ name: String, _ rule: String, _ problems: inout Problems) -> Value? {
    if columns.contains(name) {
      problems.add("expected \"\(name)\", \(rule), found an empty cell; fill it or remove the row", line: line)
      return nil
    }
    let others = names.isEmpty ? "" : " (there are \(names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")))"
    problems.add("expected \"\(name)\", \(rule), found no such \(memberWord)\(others); add it", line: line)
    return nil
  }

  private func refuse<Value>(
    _ name: String, _ rule: String, _ found: String, _ remedy: String, _ problems: inout Problems
  ) -> Value? {
    problems.add("expected \"\(name)\" to be \(rule), found \(found); \(remedy)", line: line)
    return nil
  }
}
