/// The keys of one section of settings, each declared where it is read, on one line.
///
///     let keys = try decoder.keys(CodingKeys.self)
///     rate = try keys.value(.rate, default: 2e-5, "The peak learning rate.")
///
/// Any decoder reads them; a ``KeyReader`` records them too.
public struct KeyedSection<Key: CodingKey> {
  fileprivate let decoder: any Decoder
  fileprivate let container: KeyedDecodingContainer<Key>

  /// Reads a key that must be there.
  ///
  /// - Parameters:
  ///   - example: A value for templates.
  ///   - context: Facts for the sections below, see `Decoder.given`.
  ///   - sentence: One sentence for a person.
  public func required<Value: Codable>(
    _ key: Key, example: Value? = nil, given context: [any Sendable] = [], _ sentence: String
  ) throws -> Value {
    try needed(key, .isProblem, sentence, example: example, given: context)
  }

  /// Reads a key that has a default; where that is nil, the key must be there.
  public func value<Value: Codable>(_ key: Key, default usual: Value?, _ sentence: String) throws -> Value {
    try needed(key, usual.map { .means($0) } ?? .isProblem, sentence)
  }

  /// Reads a key whose default is stated elsewhere; where it is not, the key must be there.
  ///
  /// - Parameters:
  ///   - source: The place in words, such as "the model folder".
  ///   - usual: Finds the default; it throws where the place cannot be read.
  public func value<Value: Codable>(
    _ key: Key, from source: String, default usual: @escaping () throws -> Value?, example: Value? = nil,
    _ sentence: String
  ) throws -> Value {
    try needed(key, .isFound(in: source, find: usual), sentence, example: example)
  }

  /// Reads a section that is the same without any of its keys as when it is left out.
  public func section<Value: Codable>(
    _ key: Key, given context: [any Sendable] = [], _ sentence: String
  ) throws -> Value {
    try needed(key, .isEmptySection, sentence, given: context)
  }

  /// Reads a key that may be left out, which means nothing else than its absence.
  ///
  /// - Parameter usual: The default where the section has one.
  public func optional<Value: Codable>(
    _ key: Key, default usual: Value? = nil, example: Value? = nil, given context: [any Sendable] = [],
    _ sentence: String
  ) throws -> Value? {
    try read(key, usual.map { .means($0) } ?? .isNothing, sentence, example: example, given: context)
  }

  /// Reads a key that may be left out, and that most recipes have.
  public func recommended<Value: Codable>(_ key: Key, example: Value? = nil, _ sentence: String) throws -> Value? {
    try read(key, .isNothing, sentence, example: example, isRecommended: true)
  }

  /// Reads the name of an entry of a table, which decides the other keys of the section.
  ///
  /// - Parameter usual: The name of the entry meant where the key is left out; without it the key must be there.
  public func variant<Entry>(
    _ key: Key, of table: [Entry], default usual: String? = nil, _ sentence: String, name: (Entry) -> String
  ) throws -> Entry {
    let names = table.map(name)
    let found =
      try (decoder as? any KeyReader)?.readVariant(
        key.stringValue, among: names, default: usual, sentence: sentence)
      ?? usual.map { try container.decodeIfPresent(String.self, forKey: key) ?? $0 }
      ?? container.decode(String.self, forKey: key)
    guard let index = names.firstIndex(of: found) else {
      throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "there is no \(found)")
    }
    return table[index]
  }

  /// Reads one of a fixed set of names, which decides the other keys of the section.
  public func variant<Name: CaseIterable & RawRepresentable<String>>(
    _ key: Key, of type: Name.Type, default usual: Name? = nil, _ sentence: String
  ) throws -> Name {
    try variant(key, of: Array(Name.allCases), default: usual?.rawValue, sentence) { $0.rawValue }
  }

  /// Declares that a section has one of some keys; the one who reads them checks it.
  public func either(_ keys: Key...) {
    (decoder as? any KeyReader)?.declare(alternatives: keys.map(\.stringValue))
  }

  /// True if the section has a key.
  public func contains(_ key: Key) -> Bool { container.contains(key) }

  // MARK: - Reading

  private func needed<Value: Codable>(
    _ key: Key, _ absence: KeyDeclaration<Value>.Absence, _ sentence: String, example: Value? = nil,
    given context: [any Sendable] = []
  ) throws -> Value {
    if let value = try read(key, absence, sentence, example: example, given: context) { return value }
    throw DecodingError.keyNotFound(key, .init(codingPath: container.codingPath, debugDescription: sentence))
  }

  private func read<Value: Codable>(
    _ key: Key, _ absence: KeyDeclaration<Value>.Absence, _ sentence: String, example: Value? = nil,
    given context: [any Sendable] = [], isRecommended: Bool = false
  ) throws -> Value? {
    if let reader = decoder as? any KeyReader {
      return try reader.read(
        KeyDeclaration(
          name: key.stringValue, sentence: sentence, absence: absence, example: example, isRecommended: isRecommended,
          context: context))
    }
    if let value = try container.decodeIfPresent(Value.self, forKey: key) { return value }
    return switch absence {
    case .means(let usual): usual
    case .isFound(_, let find): try find()
    case .isProblem, .isNothing, .isEmptySection: nil
    }
  }
}

extension Decoder {
  /// The keys of a section.
  public func keys<Key: CodingKey>(_ type: Key.Type) throws -> KeyedSection<Key> {
    KeyedSection(decoder: self, container: try container(keyedBy: type))
  }

  /// The fact of a type that a section around this one tells it (`given`); nil if none does.
  public func given<Value>(_ type: Value.Type) -> Value? {
    (self as? any KeyReader)?.context.reversed().lazy.compactMap { $0 as? Value }.first
  }
}
