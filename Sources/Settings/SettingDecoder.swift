import Words

/// Decodes Codable settings from a recipe's tree and keeps going after a problem, so that one reading finds them all.
///
/// A missing or wrong value is recorded and replaced by a placeholder of its type: zero, an empty text, the first of
/// the choices, or a whole structure of placeholders (decoded from no node at all). After a structure is decoded, the keys
/// of its section that no property asked for are the unknown ones.
final class SettingDecoder: Decoder {
  /// The node decoded from; nil makes placeholders and records nothing.
  let node: SettingNode?
  let path: [String]
  let record: DecodingRecord
  /// The keys asked for so far, with what each expects, in the order of the properties.
  private(set) var requested: [String] = []

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(_ node: SettingNode?, path: [String], record: DecodingRecord) {
    self.node = node
    self.path = path
    self.record = record
  }

  /// Decodes the root of a recipe.
  static func decode<Value: Decodable>(_ type: Value.Type, from root: SettingNode, record: DecodingRecord) throws
    -> Value
  {
    try value(type, from: root, origin: root.origin, path: [], record: record)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    if let node, case .section = node.content {} else if let node { try rejectShape("a section", node) }
    return KeyedDecodingContainer(SettingSection(decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let node else { return SettingList(decoder: self, items: []) }
    guard case .list(let items) = node.content else { try rejectShape("a list", node) }
    return SettingList(decoder: self, items: items)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    SettingScalar(decoder: self)
  }

  /// Notes that a key of this section has a meaning.
  func request(_ key: String) {
    if !requested.contains(key) { requested.append(key) }
  }

  /// Records the keys that nothing asked for.
  private func reportUnknownKeys() {
    guard let node else { return }
    for entry in node.entries where !requested.contains(entry.key) {
      let inner = (path + [entry.key]).map(\.shortened).joined(separator: ".")
      let suggestion =
        EditDistance.nearest(to: entry.key, among: requested.filter { node.entry($0) == nil })
        ?? EditDistance.nearest(to: entry.key, among: requested)
      let advice =
        suggestion.map { "; did you mean '\($0)'?" } ?? "; the keys here are \(requested.joined(separator: ", "))"
      record.report("unknown key '\(inner)'\(advice)", at: entry.origin, unsound: path + [entry.key])
    }
  }

  private func rejectShape(_ expectation: String, _ node: SettingNode) throws -> Never {
    record.report(
      "\(Self.subject(path)) should be \(expectation), found \(node.found)", at: node.origin, unsound: path)
    throw ProblemRecorded()
  }

  // MARK: - Values

  /// Decodes any value from a node, or a placeholder from nil.
  ///
  /// - Parameter origin: Where a problem with the value is shown: its key, or the value itself inside a list.
  static func value<Value: Decodable>(
    _ type: Value.Type, from node: SettingNode?, origin: SettingNode.Origin, path: [String], record: DecodingRecord
  ) throws -> Value {
    let placed = node.map { SettingNode(content: $0.content, origin: origin) }
    if let kind = SettingKind(type) {
      guard let value = try kind.decode(placed, path: path, record: record) as? Value else {
        fatalError("\(kind) does not decode to \(type)")
      }
      return value
    }
    let decoder = SettingDecoder(node, path: path, record: record)
    do {
      let value = try Value(from: decoder)
      decoder.reportUnknownKeys()
      return value
    } catch is ProblemRecorded {
      return try Value(from: SettingDecoder(nil, path: path, record: record))
    }
  }

  /// A path as the subject of a message.
  static func subject(_ path: [String]) -> String {
    path.isEmpty ? "the recipe" : "'\(path.map(\.shortened).joined(separator: "."))'"
  }
}

extension Decoder {
  /// Reads the name that decides which other settings a section has.
  ///
  /// - Throws: `ProblemRecorded` when it is missing or wrong, since the other keys then have no meaning yet.
  package func variantName<Name: ChoiceSetting, Key: CodingKey>(_ type: Name.Type, forKey key: Key) throws -> Name {
    let name = try container(keyedBy: Key.self).decode(type, forKey: key)
    if let decoder = self as? SettingDecoder, decoder.node != nil {
      let path = (decoder.path + [key.stringValue]).joined(separator: ".")
      if !decoder.record.isSound(path) {
        decoder.record.distrust(decoder.path)
        throw ProblemRecorded()
      }
    }
    return name
  }
}

// MARK: - Containers

/// A section as a keyed container.
private struct SettingSection<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: SettingDecoder

  var codingPath: [any CodingKey] { [] }

  var allKeys: [Key] {
    decoder.node?.entries.compactMap { Key(stringValue: $0.key) } ?? []
  }

  func contains(_ key: Key) -> Bool {
    decoder.request(key.stringValue)
    return decoder.node?.entry(key.stringValue) != nil
  }

  func decodeNil(forKey key: Key) -> Bool { false }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    decoder.request(key.stringValue)
    let path = decoder.path + [key.stringValue]
    guard let node = decoder.node else {
      return try SettingDecoder.value(type, from: nil, origin: .option(""), path: path, record: decoder.record)
    }
    if let entry = node.entry(key.stringValue) {
      return try SettingDecoder.value(type, from: entry.value, origin: entry.origin, path: path, record: decoder.record)
    }
    let name = path.joined(separator: ".")
    decoder.record.report(
      "missing key '\(name)' (\(SettingKind.expectation(of: type)))", at: node.origin, unsound: path)
    return try SettingDecoder.value(type, from: nil, origin: node.origin, path: path, record: decoder.record)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try superDecoder(forKey: key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try superDecoder(forKey: key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { decoder }

  func superDecoder(forKey key: Key) throws -> any Decoder {
    decoder.request(key.stringValue)
    let node = decoder.node?.entry(key.stringValue)?.value
    return SettingDecoder(node, path: decoder.path + [key.stringValue], record: decoder.record)
  }
}

/// A list as an unkeyed container; its items share the path of the list and are told apart by their positions.
private struct SettingList: UnkeyedDecodingContainer {
  let decoder: SettingDecoder
  let items: [SettingNode]
  var currentIndex = 0

  init(decoder: SettingDecoder, items: [SettingNode]) {
    self.decoder = decoder
    self.items = items
  }

  var codingPath: [any CodingKey] { [] }
  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  mutating func decodeNil() -> Bool { false }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let item = items.indices.contains(currentIndex) ? items[currentIndex] : nil
    currentIndex += 1
    return try SettingDecoder.value(
      type, from: item, origin: item?.origin ?? .option(""), path: decoder.path, record: decoder.record)
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try superDecoder().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try superDecoder().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder {
    let item = items.indices.contains(currentIndex) ? items[currentIndex] : nil
    currentIndex += 1
    return SettingDecoder(item, path: decoder.path, record: decoder.record)
  }
}

/// A scalar as a single value.
private struct SettingScalar: SingleValueDecodingContainer {
  let decoder: SettingDecoder

  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool { false }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try SettingDecoder.value(
      type, from: decoder.node, origin: decoder.node?.origin ?? .option(""), path: decoder.path, record: decoder.record)
  }
}
