/// A setting that is one word with a fixed form: a measure, for example.
package protocol WordSetting: Codable, Sendable {
  /// Reads the word; nil if it is not allowed.
  init?(word: String)
  /// The word as a recipe has it.
  var word: String { get }
  /// The allowed words, for messages: "a measure such as nDCG@10".
  static var expectation: String { get }
  /// Words to suggest from; empty where only the data knows them.
  static var suggestions: [String] { get }
  /// Any valid value; it stands in for a wrong one while the rest of the recipe is checked.
  static var placeholder: Self { get }
}

extension WordSetting {
  package init(from decoder: any Decoder) throws {
    self = try decoder.singleValueContainer().decode(Self.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(word)
  }
}

/// A setting that is one of a fixed set of names: an enumeration of strings, of whichever module.
package typealias ChoiceSetting = Codable & CaseIterable & Sendable
