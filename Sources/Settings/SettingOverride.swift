/// A `--set path=value` option: an edit of a recipe's tree before it is decoded.
struct SettingOverride {
  /// The whole argument, for messages.
  let argument: String
  private let path: [String]
  private let value: SettingNode

  /// Reads `path=value`; the path has its keys joined by dots, the value is YAML on one line.
  init(_ argument: String) throws(RecipeProblems) {
    guard let separator = argument.firstIndex(of: "=") else {
      throw Self.problem(argument, "expected path=value, as in optimizer.rate=3e-5")
    }
    let path = argument[..<separator].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if path.contains("") {
      throw Self.problem(argument, "expected keys joined by dots before '=', as in optimizer.rate=3e-5")
    }
    if path.count > RecipeScan.maximumDepth { throw Self.problem(argument, "the path has too many keys") }
    self.argument = argument
    self.path = path
    value = try RecipeTree.parseValue(String(argument[argument.index(after: separator)...]), of: argument)
  }

  /// Sets the value at its path; missing keys and sections are made, the value `null` removes the key.
  ///
  /// An item of a list goes by the value of its key `name`: `stages.adapt.seed=18`.
  func apply(to root: inout SettingNode) throws(RecipeProblems) {
    try edit(&root, path[...])
  }

  private func edit(_ node: inout SettingNode, _ rest: ArraySlice<String>) throws(RecipeProblems) {
    guard let key = rest.first else { return }
    if case .list(var items) = node.content, rest.count > 1, let index = items.firstIndex(where: { $0.isNamed(key) }) {
      try edit(&items[index], rest.dropFirst())
      node.content = .list(items)
      return
    }
    guard case .section(var entries) = node.content else {
      let name = path.prefix(path.count - rest.count).joined(separator: ".")
      throw Self.problem(argument, "'\(name)' is no section, it holds \(node.found)")
    }
    let index = entries.firstIndex { $0.key == key }
    let isLast = rest.count == 1
    if isLast, case .scalar("null", isPlain: true) = value.content {
      guard let index else {
        throw Self.problem(argument, "there is no key '\(path.joined(separator: "."))' to remove")
      }
      entries.remove(at: index)
    } else if let index {
      if isLast {
        entries[index].value = value
        entries[index].origin = .option(argument)
      } else {
        try edit(&entries[index].value, rest.dropFirst())
      }
    } else {
      var inner = isLast ? value : SettingNode(content: .section([]), origin: .option(argument))
      if !isLast { try edit(&inner, rest.dropFirst()) }
      entries.append(SettingNode.Entry(key: key, origin: .option(argument), value: inner))
    }
    node.content = .section(entries)
  }

  private static func problem(_ argument: String, _ message: String) -> RecipeProblems {
    RecipeProblems([RecipeProblem(origin: .option(argument), message: message)])
  }
}

extension SettingNode {
  /// True for a section whose key `name` has a value.
  fileprivate func isNamed(_ name: String) -> Bool {
    if case .scalar(name, _)? = entry("name")?.value.content { true } else { false }
  }
}
