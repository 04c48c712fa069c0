/// A setting that is one word with a fixed form: a choice among names, a measure, a role.
package protocol WordSetting: Codable, Sendable {
  /// Reads the word; nil when it is none of the allowed ones.
  init?(word: String)
  /// What is allowed, for messages: "one of linear, cosine, constant".
  static var expectation: String { get }
  /// Words to suggest from.
  static var suggestions: [String] { get }
  /// Any valid value; it stands in for a wrong one while the rest of the recipe is checked.
  static var placeholder: Self { get }
}

/// A setting that is one of a fixed set of names: an enumeration of strings.
package protocol ChoiceSetting: WordSetting, CaseIterable, RawRepresentable<String> {}

extension ChoiceSetting {
  package init?(word: String) { self.init(rawValue: word) }

  package static var suggestions: [String] { allCases.map(\.rawValue) }

  package static var expectation: String {
    suggestions.count == 1 ? suggestions.joined() : "one of \(suggestions.joined(separator: ", "))"
  }

  package static var placeholder: Self {
    guard let first = allCases.first else { fatalError("\(Self.self) has no cases") }
    return first
  }
}
