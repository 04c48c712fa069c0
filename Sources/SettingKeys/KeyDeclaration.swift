/// A key as it is declared once, where it is read: its name, its default and one sentence.
///
/// Decoding, the reference of keys, the templates and the JSON schema all come from it.
public struct KeyDeclaration<Value: Codable> {
  /// The value of a key that a section leaves out.
  public enum Absence {
    /// None: the key must be there.
    case isProblem
    /// Nothing: the key is an optional feature.
    case isNothing
    /// A constant.
    case means(Value)
    /// A value that something else states, such as the model; a key that it does not state must be there.
    ///
    /// Finding it throws where that cannot be read, which is a problem of its own.
    case isFound(in: String, find: () throws -> Value?)
    /// The section with all its keys left out.
    case isEmptySection
  }

  /// The name in the section.
  public let name: String
  /// One sentence for a person.
  public let sentence: String
  /// The value without the key.
  public let absence: Absence
  /// A value for templates, where there is no default to show.
  public let example: Value?
  /// True for an optional key that a template does not comment out.
  public let isRecommended: Bool
  /// The facts that the decoders of the value are told, found by their types.
  public let context: [any Sendable]
}

/// A decoder that reads declared keys itself, and so can record them.
public protocol KeyReader: Decoder {
  /// The facts that the sections around this one tell it, the nearest last.
  var context: [any Sendable] { get }

  /// Reads a key; nil only where its absence means nothing.
  func read<Value: Codable>(_ declaration: KeyDeclaration<Value>) throws -> Value?

  /// Reads the name that decides the other keys of a section.
  ///
  /// - Throws: An error where the name is missing or none of the names, since the other keys then have no meaning.
  func readVariant(_ name: String, among names: [String], default: String?, sentence: String) throws -> String

  /// Notes that the section has one of some keys.
  func declare(alternatives names: [String])
}
