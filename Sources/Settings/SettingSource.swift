/// A section that is kept as it is written, to be read later, with other texts in the place of some.
package struct SettingSource: Sendable {
  private(set) var node: SettingNode

  /// Reads settings from a text, as an example.
  package init(parsing text: String) {
    let empty = SettingNode(content: .section([]), origin: .text(line: 1, column: 1))
    node = (try? RecipeTree.parse(Array(text.utf8))) ?? empty
  }

  /// All texts, numbers and words in it.
  package var scalars: [String] { Self.scalars(of: node) }

  /// The value of a setting by its dotted path, as it is written; nil without it.
  package func value(of path: String) -> String? {
    if case .scalar(let text, _)? = node.at(path)?.content { text } else { nil }
  }

  /// The section with other texts in the place of some.
  ///
  /// - Parameter replacement: The text in the place of one; nil where it stays.
  package func replacing(_ replacement: (String) -> String?) -> SettingSource {
    var copy = self
    copy.node = Self.replacing(node, replacement)
    return copy
  }

  /// The section with a text at a dotted path; sections that are missing are made.
  package func setting(_ path: String, to text: String) -> SettingSource {
    var copy = self
    copy.node.set(path.split(separator: ".").map(String.init), to: .scalar(text, isPlain: false))
    return copy
  }

  /// The section without some settings.
  package func removing(_ paths: [String]) -> SettingSource {
    var copy = self
    copy.node = node.removing(paths)
    return copy
  }

  private static func scalars(of node: SettingNode) -> [String] {
    switch node.content {
    case .scalar(let text, _): [text]
    case .list(let items): items.flatMap(scalars)
    case .section(let entries): entries.flatMap { scalars(of: $0.value) }
    }
  }

  private static func replacing(_ node: SettingNode, _ replacement: (String) -> String?) -> SettingNode {
    var node = node
    switch node.content {
    case .scalar(let text, _):
      if let other = replacement(text) { node.content = .scalar(other, isPlain: false) }
    case .list(let items): node.content = .list(items.map { replacing($0, replacement) })
    case .section(let entries):
      node.content = .section(
        entries.map { SettingNode.Entry(key: $0.key, origin: $0.origin, value: replacing($0.value, replacement)) })
    }
    return node
  }
}

extension SettingSource: Codable {
  /// Takes the section with all its keys, whichever they are.
  package init(from decoder: any Decoder) throws {
    let empty = SettingNode(content: .section([]), origin: .option(""))
    guard let decoder = decoder as? SettingDecoder else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a section is kept from a recipe only"))
    }
    decoder.outline?.open()
    node = decoder.node ?? empty
    for entry in node.entries { decoder.request(entry.key) }
  }

  package func encode(to encoder: any Encoder) throws { try Content(node).encode(to: encoder) }

  /// A node as it is encoded.
  private struct Content: Encodable {
    private let node: SettingNode

    init(_ node: SettingNode) { self.node = node }

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
      switch node.content {
      case .section(let entries):
        var section = encoder.container(keyedBy: Key.self)
        for entry in entries { try section.encode(Content(entry.value), forKey: Key(stringValue: entry.key)) }
      case .list(let items):
        var list = encoder.unkeyedContainer()
        for item in items { try list.encode(Content(item)) }
      case .scalar(let text, let isPlain):
        var value = encoder.singleValueContainer()
        // A number in quotes would be a text when it is read again.
        if isPlain, let number = Int(text) {
          try value.encode(number)
        } else if isPlain, let number = UInt64(text) {
          try value.encode(number)
        } else if isPlain, let number = SettingKind.number(text) {
          try value.encode(number)
        } else if isPlain, let truth = ["true": true, "false": false][text] {
          try value.encode(truth)
        } else {
          try value.encode(text)
        }
      }
    }
  }
}

extension SettingNode {
  /// The node at a dotted path; nil without it.
  func at(_ path: String) -> SettingNode? {
    var node = self
    for key in path.split(separator: ".") {
      guard let entry = node.entry(String(key)) else { return nil }
      node = entry.value
    }
    return node
  }

  /// Puts content at a path of keys; what is no section on the way stays as it is.
  fileprivate mutating func set(_ path: [String], to content: Content) {
    guard let key = path.first, case .section(var entries) = self.content else { return }
    let index = entries.firstIndex { $0.key == key } ?? entries.endIndex
    if index == entries.endIndex {
      let value = SettingNode(content: .section([]), origin: origin)
      entries.append(Entry(key: key, origin: origin, value: value))
    }
    if path.count == 1 {
      entries[index].value.content = content
    } else {
      entries[index].value.set(Array(path.dropFirst()), to: content)
    }
    self.content = .section(entries)
  }
}

extension SettingChecks {
  /// Reads settings that were kept as they are written; problems are noted at their positions.
  ///
  /// - Parameters:
  ///   - place: The place in the recipe, as `stages[1]`.
  ///   - promised: Files that will be there when the settings are used.
  /// - Returns: The settings, and the checks of what is in them.
  package func read<Value: Decodable>(
    _ type: Value.Type, from source: SettingSource, at place: String, promised: Set<String>
  ) throws -> (value: Value, checks: SettingChecks) {
    let value = try SettingDecoder.value(
      type, from: source.node, origin: source.node.origin, path: SettingPath.root.key(place), record: record,
      context: [])
    return (value, SettingChecks(root: source.node, record: record, prefix: "\(place).", promised: promised))
  }
}
