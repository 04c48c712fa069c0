import Words

/// One node of a recipe's tree: a word, a list or a section, with its position in the source.
struct SettingNode: Sendable {
  /// A position in the source.
  enum Origin: Sendable, Hashable {
    /// In the recipe file; both count from 1, columns in Unicode scalars.
    case text(line: Int, column: Int)
    /// In a `--set` option; the value is its whole argument.
    case option(String)
  }

  /// A key of a section with its value.
  struct Entry: Sendable {
    var key: String
    /// The position of the key.
    var origin: Origin
    var value: SettingNode
  }

  enum Content: Sendable {
    /// A scalar; a plain one is read as the type that is expected, a quoted one is always a text.
    case scalar(String, isPlain: Bool)
    case list([SettingNode])
    case section([Entry])
  }

  var content: Content
  /// The position of the value.
  var origin: Origin

  /// The entries of a section; empty for anything else.
  var entries: [Entry] {
    if case .section(let entries) = content { entries } else { [] }
  }

  /// The entry of a section under a key.
  func entry(_ key: String) -> Entry? {
    entries.first { $0.key == key }
  }

  /// The content in words, for a message: `'fast'`, `the text "17"`, `nothing`, `a list`, `a section`.
  var found: String {
    switch content {
    case .scalar("", isPlain: true): "nothing"
    case .scalar(let text, isPlain: true): "'\(text.shortened)'"
    case .scalar(let text, isPlain: false): "the text \"\(text.shortened)\""
    case .list: "a list"
    case .section: "a section"
    }
  }
}

extension SettingNode {
  /// The section without the sections and settings of some dotted paths, and without sections that are then empty.
  func removing(_ paths: [String], at path: String = "") -> SettingNode {
    guard case .section(let entries) = content else { return self }
    let kept = entries.compactMap { source -> Entry? in
      let inner = path.isEmpty ? source.key : "\(path).\(source.key)"
      if paths.contains(inner) { return nil }
      var entry = source
      entry.value = entry.value.removing(paths, at: inner)
      let isEmptied = entry.value.entries.isEmpty && !source.value.entries.isEmpty
      return isEmptied ? nil : entry
    }
    return SettingNode(content: .section(kept), origin: origin)
  }

  /// The dotted path and the value of everything that is set; a section without keys counts as a value.
  func values(at path: String = "") -> [String] {
    switch content {
    case .section(let entries) where entries.isEmpty: ["\(path) {}"]
    case .section(let entries):
      entries.flatMap { $0.value.values(at: path.isEmpty ? $0.key : "\(path).\($0.key)") }
    case .list(let elements):
      ["\(path) [\(elements.count)]"] + elements.enumerated().flatMap { $1.values(at: "\(path)[\($0)]") }
    case .scalar(let text, let isPlain): [path + (isPlain ? " = " : " = text ") + text]
    }
  }

  /// The settings that differ between two trees, as dotted paths with both values.
  static func differences(_ old: SettingNode, _ new: SettingNode, at path: String = "") -> [String] {
    switch (old.content, new.content) {
    case (.section(let first), .section(let second)):
      let keys = first.map(\.key) + second.map(\.key).filter { key in old.entry(key) == nil && !key.isEmpty }
      return keys.flatMap { key -> [String] in
        let inner = path.isEmpty ? key : "\(path).\(key)"
        return switch (old.entry(key), new.entry(key)) {
        case (let before?, let after?): differences(before.value, after.value, at: inner)
        case (_?, nil): ["'\(inner)' is gone"]
        default: ["'\(inner)' is new"]
        }
      }
    case (.list(let first), .list(let second)) where first.count == second.count:
      return zip(first, second).flatMap { differences($0, $1, at: path) }
    case (.scalar(let first, _), .scalar(let second, _)) where first == second:
      return []
    default:
      return ["'\(path)' was \(old.found), is \(new.found)"]
    }
  }
}
