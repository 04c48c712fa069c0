import Words

/// The kinds of single values in a recipe, with their parsing and their names in messages.
enum SettingKind {
  case number
  case wholeNumber
  case seed
  case truth
  case text
  case word(any WordSetting.Type)
  /// One of some names, and the value of each.
  case choice([(name: String, value: any Decodable)])

  /// The kind of a type; nil for sections and lists.
  init?(_ type: any Any.Type) {
    switch type {
    case is Double.Type: self = .number
    case is Int.Type: self = .wholeNumber
    case is UInt64.Type: self = .seed
    case is Bool.Type: self = .truth
    case is String.Type: self = .text
    case let type as any WordSetting.Type: self = .word(type)
    case let type as any (Decodable & CaseIterable & RawRepresentable).Type:
      guard let kind = Self.choice(type) else { return nil }
      self = kind
    default: return nil
    }
  }

  /// The choice among the cases of an enumeration of strings.
  private static func choice<Choice: Decodable & CaseIterable & RawRepresentable>(_ type: Choice.Type) -> SettingKind? {
    let choices = type.allCases.compactMap { value in (value.rawValue as? String).map { (name: $0, value: value) } }
    return choices.isEmpty ? nil : .choice(choices)
  }

  /// The expected value of a key of a type, for messages: "a number", "one of mean, cls", "a section".
  static func expectation(of type: any Any.Type) -> String {
    if let kind = SettingKind(type) { return kind.expectation }
    return type is any ExpressibleByArrayLiteral.Type ? "a list" : "a section"
  }

  /// The allowed values, for messages.
  var expectation: String {
    switch self {
    case .number: "a number"
    case .wholeNumber: "a whole number"
    case .seed: "a whole number from 0 on"
    case .truth: "true or false"
    case .text: "a text"
    case .word(let type): type.expectation
    case .choice(let choices):
      choices.count == 1 ? choices[0].name : "one of \(choices.map(\.name).joined(separator: ", "))"
    }
  }

  /// Reads a value; a wrong one is reported and replaced by a placeholder; nil is replaced without a report.
  func decode(_ node: SettingNode?, path: SettingPath, record: DecodingRecord) throws -> any Decodable {
    guard let node else { return placeholder }
    if case .scalar(let text, let isPlain) = node.content, let value = parse(text, isPlain: isPlain) { return value }
    record.report(
      "\(SettingDecoder.subject(path)) should be \(expectation), found \(node.found)\(suggestion(for: node))",
      at: node.origin, unsound: path.keys)
    return placeholder
  }

  private var placeholder: any Decodable {
    switch self {
    case .number: 0.0
    case .wholeNumber: 0
    case .seed: UInt64(0)
    case .truth: false
    case .text: ""
    case .word(let type): type.placeholder
    case .choice(let choices): choices[0].value
    }
  }

  private func parse(_ text: String, isPlain: Bool) -> (any Decodable)? {
    switch self {
    case .number: isPlain ? Self.number(text) : nil
    case .wholeNumber: isPlain && Self.isInteger(text) ? Int(text) : nil
    case .seed: isPlain && Self.isInteger(text) ? UInt64(text) : nil
    case .truth: isPlain ? ["true": true, "false": false][text] : nil
    case .text: isPlain && text.isEmpty ? nil : text
    case .word(let type): type.init(word: text)
    case .choice(let choices): choices.first { $0.name == text }?.value
    }
  }

  /// A finite decimal number; not the hexadecimal, infinite and undefined ones Swift reads too.
  static func number(_ text: String) -> Double? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) || "+-.eE".utf8.contains($0) }) else { return nil }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  private static func isInteger(_ text: String) -> Bool {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    return !digits.isEmpty && digits.utf8.allSatisfy { (48...57).contains($0) }
  }

  private var suggestions: [String] {
    switch self {
    case .word(let type): type.suggestions
    case .choice(let choices): choices.map(\.name)
    case .number, .wholeNumber, .seed, .truth, .text: []
    }
  }

  private func suggestion(for node: SettingNode) -> String {
    guard case .scalar(let text, _) = node.content, !text.isEmpty else { return "" }
    return EditDistance.nearest(to: text, among: suggestions).map { "; did you mean '\($0)'?" } ?? ""
  }
}
