import SettingKeys

/// Declared keys: read with their defaults, whose sources are noted, or recorded while the settings are described.
extension SettingDecoder: KeyReader {
  func read<Value: Codable>(_ declaration: KeyDeclaration<Value>) throws -> Value? {
    if let outline { return try describe(declaration, in: outline) }
    let name = declaration.name
    let keyPath = path.key(name)
    func given() throws -> Value { try value(Value.self, forKey: name, context: declaration.context) }
    func decoded(_ node: SettingNode?) throws -> Value {
      try Self.value(
        Value.self, from: node, origin: node?.origin ?? .option(""), path: keyPath, record: record,
        context: context + declaration.context)
    }
    if node?.entry(name) != nil { return try given() }
    request(name)
    switch declaration.absence {
    case .isProblem: return try given()
    case .isNothing: return nil
    case .means(let usual):
      record.note(source: SettingOrigins.byDefault, of: keyPath)
      return usual
    case .isFound(let source, let find):
      guard node != nil else { return try decoded(nil) }
      do {
        guard let found = try find() else { return try given() }
        record.note(source: "from \(source)", of: keyPath)
        return found
      } catch let error where !(error is ProblemRecorded) {
        let expectation = SettingKind.expectation(of: Value.self)
        record.reportUnlessOthers(
          "missing key '\(keyPath.dotted)' (\(expectation)), and \(source) does not tell it: \(error)",
          at: node?.origin ?? .option(""), unsound: keyPath.keys)
        return try decoded(nil)
      }
    case .isEmptySection:
      return try decoded(node.map { SettingNode(content: .section([]), origin: $0.origin) })
    }
  }

  func readVariant(_ name: String, among names: [String], default usual: String?, sentence: String) throws -> String {
    if let outline {
      request(name)
      return outline.addVariant(name, among: names, default: usual, sentence: sentence)
    }
    if let usual, node?.entry(name) == nil {
      request(name)
      record.note(source: SettingOrigins.byDefault, of: path.key(name))
      return usual
    }
    let found = try value(String.self, kind: .choice(names.map { (name: $0, value: $0) }), forKey: name)
    if node != nil, !record.isSound(path.key(name).dotted) {
      record.distrust(path.keys)
      throw ProblemRecorded()
    }
    return found
  }

  func declare(alternatives names: [String]) { outline?.add(alternatives: names) }

  // MARK: - Describing

  /// The keys of settings, found by decoding them from nothing: once for each variant that a section names.
  static func describe<Value: Decodable>(
    _ type: Value.Type, context: [any Sendable]
  ) throws -> (value: Value, outline: SectionOutline) {
    func pass(_ variant: String?) throws -> (value: Value, recorder: SectionRecorder) {
      let recorder = SectionRecorder(variant: variant)
      let decoder = SettingDecoder(
        nil, path: .root, record: DecodingRecord(), context: context, outline: recorder)
      let value = try Value(from: decoder)
      recorder.close(requested: decoder.requested)
      return (value, recorder)
    }
    let first = try pass(nil)
    var outline = SectionOutline(keys: first.recorder.keys, alternatives: first.recorder.alternatives)
    outline.isOpen = first.recorder.isOpen
    if let point = first.recorder.variantPoint {
      outline.keys = Array(outline.keys[...point.index])
      outline.variants = try point.names.map { name in
        SectionOutline.Variant(name: name, keys: Array(try pass(name).recorder.keys.dropFirst(point.index + 1)))
      }
      outline.usual = point.described
    }
    return (first.value, outline)
  }

  private func describe<Value: Codable>(
    _ declaration: KeyDeclaration<Value>, in outline: SectionRecorder
  ) throws -> Value? {
    request(declaration.name)
    let context = context + declaration.context
    let (kind, value) = try Self.kind(of: Value.self, context: context)
    let absence: KeyOutline.Absence =
      switch declaration.absence {
      case .isProblem: .isProblem
      case .isNothing: .isNothing
      case .means(let usual): .means(try SettingLiteral(usual))
      case .isFound(let source, _): .isFound(in: source)
      case .isEmptySection: .isEmptySection
      }
    outline.add(
      KeyOutline(
        name: declaration.name, sentence: declaration.sentence, kind: kind, absence: absence,
        example: try declaration.example.map { try SettingLiteral($0) }, isRecommended: declaration.isRecommended))
    return switch declaration.absence {
    case .isNothing: nil
    case .means(let usual): usual
    case .isProblem, .isFound, .isEmptySection: value
    }
  }

  /// The kind of a type, and a placeholder of it.
  static func kind<Value: Decodable>(
    of type: Value.Type, context: [any Sendable]
  ) throws -> (kind: KindOutline, placeholder: Value) {
    func placeholder() throws -> Value {
      try SettingDecoder.value(
        type, from: nil, origin: .option(""), path: .root, record: DecodingRecord(), context: context)
    }
    if let kind = SettingKind(type) { return (KindOutline(kind), try placeholder()) }
    if let type = type as? any Collected.Type { return (try type.kind(context: context), try placeholder()) }
    let (value, outline) = try describe(type, context: context)
    return (.section(outline), value)
  }
}

/// A collection of settings: a list, values under keys of any name, or one value or none.
private protocol Collected {
  static func kind(context: [any Sendable]) throws -> KindOutline
}

extension Array: Collected where Element: Decodable {
  fileprivate static func kind(context: [any Sendable]) throws -> KindOutline {
    .list(of: try SettingDecoder.kind(of: Element.self, context: context).kind)
  }
}

extension Dictionary: Collected where Key == String, Value: Decodable {
  fileprivate static func kind(context: [any Sendable]) throws -> KindOutline {
    .map(of: try SettingDecoder.kind(of: Value.self, context: context).kind)
  }
}

extension Optional: Collected where Wrapped: Decodable {
  fileprivate static func kind(context: [any Sendable]) throws -> KindOutline {
    try SettingDecoder.kind(of: Wrapped.self, context: context).kind
  }
}
