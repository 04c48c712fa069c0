import Words

/// Decodes Codable settings from a recipe's tree and keeps going after a problem, so that one reading finds them all.
///
/// A missing or wrong value is reported and replaced by a placeholder of its type: zero, an empty text, the first of
/// the choices, or a whole structure of placeholders (decoded from no node at all). After a structure is decoded, the
/// keys of its section that no property requested are the unknown ones.
final class SettingDecoder: Decoder {
  /// The node decoded from; nil makes placeholders and records nothing.
  let node: SettingNode?
  /// The position of a problem with the whole value: that of its key, or of the value itself inside a list.
  private let origin: SettingNode.Origin
  let path: SettingPath
  let record: DecodingRecord
  /// The facts that the decoders of this value and of all in it are told.
  let context: [any Sendable]
  /// Records the keys of the section while the settings are described; nil while they are read.
  let outline: SectionRecorder?
  /// The keys requested so far, in the order of the properties.
  private(set) var requested: [String] = []

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(
    _ node: SettingNode?, origin: SettingNode.Origin? = nil, path: SettingPath, record: DecodingRecord,
    context: [any Sendable], outline: SectionRecorder? = nil
  ) {
    self.node = node
    self.origin = origin ?? node?.origin ?? .option("")
    self.path = path
    self.record = record
    self.context = context
    self.outline = outline
  }

  /// Decodes the root of a recipe.
  static func decode<Value: Decodable>(_ type: Value.Type, from root: SettingNode, record: DecodingRecord) throws
    -> Value
  {
    try value(type, from: root, origin: root.origin, path: .root, record: record, context: [])
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

  /// Notes that a key of this section is known.
  func request(_ key: String) {
    if !requested.contains(key) { requested.append(key) }
  }

  /// Reports the keys that nothing requested.
  private func reportUnknownKeys() {
    guard let node else { return }
    for entry in node.entries where !requested.contains(entry.key) {
      let inner = path.key(entry.key).keys.map(\.shortened).joined(separator: ".")
      let suggestion =
        EditDistance.nearest(to: entry.key, among: requested.filter { node.entry($0) == nil })
        ?? EditDistance.nearest(to: entry.key, among: requested)
      let advice =
        suggestion.map { "; did you mean '\($0)'?" } ?? "; the keys here are \(requested.joined(separator: ", "))"
      record.report("unknown key '\(inner)'\(advice)", at: entry.origin, unsound: path.key(entry.key).keys)
    }
  }

  private func rejectShape(_ expectation: String, _ node: SettingNode) throws -> Never {
    record.report(
      "\(Self.subject(path)) should be \(expectation), found \(node.found)", at: node.origin, unsound: path.keys)
    throw ProblemRecorded()
  }

  fileprivate func note(_ message: String, at key: String?) {
    let settingPath = key.map { path.key($0) } ?? path
    guard let node, record.isSound(settingPath.dotted) else { return }
    record.report(
      "\(Self.subject(settingPath)): \(message)", at: key.flatMap { node.entry($0)?.origin } ?? origin,
      unsound: settingPath.keys)
  }

  /// Reports a problem with the whole value, unless there is one within it; all keys have been requested.
  fileprivate func reject(_ message: String) -> ProblemRecorded {
    reportUnknownKeys()
    if record.isSound(path.dotted) {
      record.report("\(Self.subject(path)): \(message)", at: origin, unsound: path.keys)
    }
    return ProblemRecorded()
  }

  // MARK: - Values

  /// Decodes the value of a key of this section; a missing one is reported.
  func value<Value: Decodable>(
    _ type: Value.Type, kind: SettingKind? = nil, forKey key: String,
    context added: [any Sendable] = []
  ) throws -> Value {
    request(key)
    let path = path.key(key)
    let entry = node?.entry(key)
    if let node, entry == nil {
      let expectation = kind?.expectation ?? SettingKind.expectation(of: type)
      record.report("missing key '\(path.dotted)' (\(expectation))", at: node.origin, unsound: path.keys)
    }
    return try Self.value(
      type, kind: kind, from: entry?.value, origin: entry?.origin ?? .option(""), path: path, record: record,
      context: context + added)
  }

  /// Decodes any value from a node, or a placeholder from nil.
  ///
  /// - Parameter origin: The position of a problem with the value: that of its key, or of the value itself inside a
  ///   list.
  static func value<Value: Decodable>(
    _ type: Value.Type, kind: SettingKind? = nil, from node: SettingNode?, origin: SettingNode.Origin,
    path: SettingPath, record: DecodingRecord, context: [any Sendable]
  ) throws -> Value {
    let placed = node.map { SettingNode(content: $0.content, origin: origin) }
    if let kind = kind ?? SettingKind(type) {
      guard let value = try kind.decode(placed, path: path, record: record) as? Value else {
        fatalError("\(kind) does not decode to \(type)")
      }
      return value
    }
    let decoder = SettingDecoder(node, origin: origin, path: path, record: record, context: context)
    do {
      let value = try Value(from: decoder)
      decoder.reportUnknownKeys()
      return value
    } catch is ProblemRecorded {
      return try Value(from: SettingDecoder(nil, path: path, record: record, context: context))
    }
  }

  /// A path as the subject of a message.
  static func subject(_ path: SettingPath) -> String {
    path.keys.isEmpty ? "the recipe" : "'\(path.keys.map(\.shortened).joined(separator: "."))'"
  }
}

extension Decoder {
  /// Notes a problem with the section, or with one of its keys; decoding goes on with a placeholder.
  ///
  /// Placeholders themselves have no problems.
  package func note(_ message: String, at key: (any CodingKey)? = nil) throws {
    guard let decoder = self as? SettingDecoder else {
      throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: message))
    }
    decoder.note(message, at: key?.stringValue)
  }

  /// True if the value of a key was decoded as it is in the file.
  package func isSound(_ key: any CodingKey) -> Bool {
    guard let decoder = self as? SettingDecoder else { return true }
    return decoder.record.isSound(decoder.path.key(key.stringValue).dotted)
  }

  /// The error to throw for a section whose keys do not go together.
  package func problem(_ message: String) -> any Error {
    (self as? SettingDecoder)?.reject(message)
      ?? DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: message))
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
    try decoder.value(type, forKey: key.stringValue)
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
    return SettingDecoder(
      node, path: decoder.path.key(key.stringValue), record: decoder.record, context: decoder.context)
  }
}

/// A list as an unkeyed container; its items share the path of the list and differ in their positions.
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
    let (item, path) = next()
    return try SettingDecoder.value(
      type, from: item, origin: item?.origin ?? .option(""), path: path, record: decoder.record,
      context: decoder.context)
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
    let (item, path) = next()
    return SettingDecoder(item, path: path, record: decoder.record, context: decoder.context)
  }

  private mutating func next() -> (item: SettingNode?, path: SettingPath) {
    defer { currentIndex += 1 }
    return (items.indices.contains(currentIndex) ? items[currentIndex] : nil, decoder.path.item(currentIndex))
  }
}

/// A scalar as a single value.
private struct SettingScalar: SingleValueDecodingContainer {
  let decoder: SettingDecoder

  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool { false }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try SettingDecoder.value(
      type, from: decoder.node, origin: decoder.node?.origin ?? .option(""), path: decoder.path,
      record: decoder.record, context: decoder.context)
  }
}
