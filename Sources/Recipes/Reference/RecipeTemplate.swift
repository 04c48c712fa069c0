import Settings

/// A recipe to fill in: the keys that must be there with an example, all others as comments with their defaults.
extension RecipeReference {
  /// The templates of the programs.
  public var template: String {
    programs.map { program in
      var writer = TemplateWriter()
      writer.lines = [
        "# \(program.summary)",
        "# Change the folders and files to your own. A line that begins with # is optional and has the default, or an",
        "# example where leaving it out means something else. hone keys \(program.name) lists all choices.",
        "recipe: \(program.name)",
      ]
      writer.write(program.keys, level: 0, mark: "")
      return writer.text
    }.joined(separator: "\n")
  }
}

/// Writes the keys of sections as lines with remarks.
private struct TemplateWriter {
  var lines: [String] = []

  var text: String { lines.map { $0 + "\n" }.joined() }

  /// - Parameter mark: The comment mark that all lines have; empty outside optional sections.
  mutating func write(_ section: SectionOutline, level: Int, mark: String) {
    let variant = section.variants.first { $0.name == section.usual }
    for key in section.keys + (variant?.keys ?? []) {
      write(key, choosing: key == section.variantKey ? section.usual : nil, level: level, mark: mark)
    }
  }

  private mutating func write(_ key: KeyOutline, choosing variant: String?, level: Int, mark: String) {
    let indent = String(repeating: "  ", count: level)
    // Within an optional section its own comment mark is enough for what has a default.
    let isLive = key.absence == .isProblem || key.isRecommended
    let needsMark = !isLive && (mark.isEmpty || !Self.isDefault(key))
    let inner = needsMark ? "# " + mark : mark
    if case .section(let section) = key.kind, key.example == nil {
      add("\(inner)\(indent)\(key.name):", key)
      write(section, level: level + 1, mark: inner)
    } else if case .list(let items)? = key.example, items.contains(where: Self.isSection) {
      add("\(inner)\(indent)\(key.name):", key)
      for item in items { lines.append("\(inner)\(indent)  - \(item.line)") }
    } else {
      add("\(inner)\(indent)\(key.name): \(variant ?? Self.value(of: key))", key)
    }
  }

  /// Adds a line with its remark.
  private mutating func add(_ setting: String, _ key: KeyOutline) {
    var sentence = key.sentence
    if case .isFound(let source) = key.absence { sentence += " Without it from \(source)." }
    if let choices = key.kind.choices, choices.count <= 80 { sentence += " \(choices)." }
    let column = 44
    let padding = String(repeating: " ", count: max(2, column - setting.count))
    lines.append("\(setting)\(padding)# \(sentence)")
  }

  private static func isSection(_ literal: SettingLiteral) -> Bool {
    if case .section = literal { true } else { false }
  }

  private static func isDefault(_ key: KeyOutline) -> Bool {
    switch key.absence {
    case .means, .isEmptySection: true
    case .isProblem, .isNothing, .isFound: false
    }
  }

  /// The default, or else the example, which every key without a default has.
  private static func value(of key: KeyOutline) -> String {
    if case .means(let usual) = key.absence { usual.line } else { key.example?.line ?? "" }
  }
}
