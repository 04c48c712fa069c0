/// The keys of a section, as they are declared where the section is read.
package struct SectionOutline: Sendable, Equatable {
  /// One of the forms that a section has by the name of its last common key.
  package struct Variant: Sendable, Equatable {
    package var name: String
    /// The keys of this form alone.
    package var keys: [KeyOutline]
  }

  /// The keys in their order; with variants, those that all have, the last of which names the variant.
  package var keys: [KeyOutline]
  /// The lists of keys one of which the section has.
  package var alternatives: [[String]] = []
  /// True if the section has keys beside these, which something else describes.
  package var isOpen = false
  /// The forms of the section; empty where it has one only.
  package var variants: [Variant] = []
  /// The name of the form that a template shows.
  package var usual: String?

  /// The key that names the form; nil where the section has one form only.
  package var variantKey: KeyOutline? { variants.isEmpty ? nil : keys.last }

  /// True if the section has to have a key, whatever its others are.
  package func requires(_ key: KeyOutline) -> Bool {
    key.absence == .isProblem && !alternatives.contains { $0.contains(key.name) }
  }
}

/// One key of a section.
package struct KeyOutline: Sendable, Equatable {
  /// The value where a section leaves the key out.
  package enum Absence: Sendable, Equatable {
    /// The key must be there.
    case isProblem
    /// The key is an optional feature.
    case isNothing
    case means(SettingLiteral)
    /// A value that something else states, named here in words.
    case isFound(in: String)
    /// The section with all its keys left out.
    case isEmptySection
  }

  package var name: String
  /// One sentence; empty only for a key that is read without a declaration.
  package var sentence: String
  package var kind: KindOutline
  package var absence: Absence
  /// A value for templates, where there is no default to show.
  package var example: SettingLiteral?
  /// True for an optional key that a template does not comment out.
  package var isRecommended = false
}

/// The kind of a value.
package indirect enum KindOutline: Sendable, Equatable {
  case number
  case wholeNumber
  /// A whole number from 0 on.
  case seed
  case truth
  case text
  /// A word of a fixed form, described for messages, with examples.
  case word(String, examples: [String])
  case choice([String])
  case list(of: KindOutline)
  /// Values under keys of any name.
  case map(of: KindOutline)
  case section(SectionOutline)

  init(_ kind: SettingKind) {
    self =
      switch kind {
      case .number: .number
      case .wholeNumber: .wholeNumber
      case .seed: .seed
      case .truth: .truth
      case .text: .text
      case .word(let type): .word(type.expectation, examples: type.suggestions)
      case .choice(let choices): .choice(choices.map(\.name))
      }
  }
}

extension SectionOutline {
  /// The keys of settings, described by decoding them from nothing.
  package init(of type: (some Decodable).Type) throws {
    self = try SettingDecoder.describe(type, context: []).outline
  }
}
