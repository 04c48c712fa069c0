/// The origin of each value of a recipe: the file, an option, a default or what else states it.
package struct SettingOrigins: Sendable {
  /// The source of a constant that a key has without a value.
  static let byDefault = "default"

  private let root: SettingNode
  private let sources: [[String]: String]

  init(root: SettingNode, record: DecodingRecord) {
    self.root = root
    sources = record.sources
  }

  /// The text of settings with the origin of each value as a remark at the end of its line; those of the file have none.
  ///
  /// - Parameter text: The settings as ``SettingsFile/text(of:)`` writes them; what a recipe cannot hold, such as a tab in
  ///   the name of a folder, gets no remarks.
  package func annotated(_ text: String) -> String {
    guard let tree = try? RecipeTree.parse(Array(text.utf8)) else { return text }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var remarks: [(line: Int, text: String)] = []
    var starts: [Int] = []
    Self.visit(tree) { starts.append($0) }
    /// The last line of the value that starts on a line: texts may have several.
    func end(_ line: Int) -> Int {
      (starts.filter { $0 > line }.min() ?? lines.lastIndex { !$0.isEmpty }.map { $0 + 2 } ?? line + 1) - 1
    }
    func remark(_ node: SettingNode, _ given: SettingNode?, at place: [String]) {
      switch node.content {
      case .section(let entries):
        for entry in entries {
          let inner = place + [entry.key]
          let origin = given?.entry(entry.key)
          if let text = sources[inner] ?? (origin?.origin).flatMap(Self.option),
            Self.isOneValue(entry.value), case .text(let line, _) = entry.origin
          {
            let last = if case .scalar = entry.value.content { end(line) } else { line }
            remarks.append((last, text))
          }
          if sources[inner] == nil { remark(entry.value, origin?.value, at: inner) }
        }
      case .list(let items):
        let others: [SettingNode] = if case .list(let others)? = given?.content { others } else { [] }
        for (index, item) in items.enumerated() {
          remark(item, others.indices.contains(index) ? others[index] : nil, at: place + ["[\(index)]"])
        }
      case .scalar: break
      }
    }
    remark(tree, root, at: [])
    for (line, text) in remarks { lines[line - 1] += "  # \(text)" }
    return lines.joined(separator: "\n")
  }

  private static func option(_ origin: SettingNode.Origin) -> String? {
    if case .option = origin { "--set" } else { nil }
  }

  /// True for what has one origin: a section's keys have their own.
  private static func isOneValue(_ node: SettingNode) -> Bool {
    if case .section = node.content { false } else { true }
  }

  /// Visits the lines on which keys and items start.
  private static func visit(_ node: SettingNode, _ body: (Int) -> Void) {
    switch node.content {
    case .section(let entries):
      for entry in entries {
        if case .text(let line, _) = entry.origin { body(line) }
        visit(entry.value, body)
      }
    case .list(let items):
      for item in items {
        if case .text(let line, _) = item.origin { body(line) }
        visit(item, body)
      }
    case .scalar: break
    }
  }
}
