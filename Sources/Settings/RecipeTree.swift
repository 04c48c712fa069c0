import Words
import Yams

/// Parses the text of a recipe into its tree.
enum RecipeTree {
  /// Reads the text of a recipe file; the root of a recipe is a section.
  static func parse(_ bytes: [UInt8]) throws(RecipeProblems) -> SettingNode {
    let text = try RecipeScan.text(of: bytes).get()
    let root = try compose(text) { .text(line: $0, column: $1) }
    guard let root else { throw RecipeProblems([problem(at: 1, 1, "the recipe is empty; its first key is 'recipe'")]) }
    guard case .section = root.content else {
      throw RecipeProblems([
        RecipeProblem(origin: root.origin, message: "a recipe is a section of keys, found \(root.found)")
      ])
    }
    return root
  }

  /// Reads the value of a `--set` option; everything in it has the option as its origin.
  static func parseValue(_ text: String, of argument: String) throws(RecipeProblems) -> SettingNode {
    let origin = SettingNode.Origin.option(argument)
    do throws(RecipeProblems) {
      let checked = try RecipeScan.text(of: Array(text.utf8)).get()
      return try compose(checked) { _, _ in origin }
        ?? SettingNode(content: .scalar("", isPlain: true), origin: origin)
    } catch {
      throw RecipeProblems(error.list.map { RecipeProblem(origin: origin, message: $0.message) })
    }
  }

  // MARK: - Yams

  private typealias Locator = (_ line: Int, _ column: Int) -> SettingNode.Origin

  private static func compose(_ text: String, _ locate: Locator) throws(RecipeProblems) -> SettingNode? {
    let node: Node?
    do {
      // `basic` resolves nothing: the schema, not the form of a scalar, decides its type.
      node = try Yams.compose(yaml: text, .basic, .default, .utf8)
    } catch let error as YamlError {
      throw RecipeProblems([problem(of: error, locate)])
    } catch {
      throw RecipeProblems([problem(at: 1, 1, "not readable as YAML: \(error)")])
    }
    guard let node else { return nil }
    var problems: [RecipeProblem] = []
    let tree = convert(node, locate, &problems)
    if !problems.isEmpty { throw RecipeProblems(problems) }
    return tree
  }

  /// Converts a node; the depth is bounded by the scan's brackets and the parser's 1,000 levels of indentation.
  private static func convert(_ node: Node, _ locate: Locator, _ problems: inout [RecipeProblem]) -> SettingNode {
    let origin = locate(node.mark?.line ?? 1, node.mark?.column ?? 1)
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      return SettingNode(content: .scalar(scalar.string, isPlain: isPlain), origin: origin)
    case .sequence(let sequence):
      return SettingNode(content: .list(sequence.map { convert($0, locate, &problems) }), origin: origin)
    case .mapping(let mapping):
      var entries: [SettingNode.Entry] = []
      for (key, value) in mapping {
        let keyOrigin = locate(key.mark?.line ?? 1, key.mark?.column ?? 1)
        guard case .scalar(let word) = key else {
          problems.append(RecipeProblem(origin: keyOrigin, message: "a list or section as a key; keys are plain words"))
          continue
        }
        if word.string == "<<" {
          problems.append(RecipeProblem(origin: keyOrigin, message: "a merge key; write the keys out"))
        } else if entries.contains(where: { $0.key == word.string }) {
          problems.append(RecipeProblem(origin: keyOrigin, message: duplicate(word.string)))
        } else {
          entries.append(
            SettingNode.Entry(key: word.string, origin: keyOrigin, value: convert(value, locate, &problems)))
        }
      }
      return SettingNode(content: .section(entries), origin: origin)
    case .alias:
      problems.append(RecipeProblem(origin: origin, message: "an alias; write the value out"))
      return SettingNode(content: .scalar("", isPlain: true), origin: origin)
    }
  }

  private static func duplicate(_ key: String) -> String {
    "the key '\(key.shortened)' is given twice in one section; keep one"
  }

  private static func problem(at line: Int, _ column: Int, _ message: String) -> RecipeProblem {
    RecipeProblem(origin: .text(line: line, column: column), message: message)
  }

  /// The problem of a parser error, with its position and message.
  private static func problem(of error: YamlError, _ locate: Locator) -> RecipeProblem {
    func problem(_ mark: Mark, _ message: String) -> RecipeProblem {
      RecipeProblem(origin: locate(mark.line, mark.column), message: message)
    }
    switch error {
    case .composer(_, let words, let mark, _) where words.contains("another document"):
      return problem(mark, "a second document; a recipe is one")
    case .scanner(let context, let words, let mark, _), .parser(let context, let words, let mark, _),
      .composer(let context, let words, let mark, _):
      if words.contains("nesting level") { return problem(mark, "too many levels of indentation") }
      let setting = context.map { context in
        switch locate(context.mark.line, context.mark.column) {
        case .text(let line, let column): "\(context.text) that starts at \(line):\(column), "
        case .option: "\(context.text), "
        }
      }
      return problem(mark, "not readable as YAML: \(setting ?? "")\(words)")
    case .duplicatedKeysInMapping(let keys, let context):
      return problem(context.mark, duplicate(keys.first ?? ""))
    default:
      return RecipeProblem(origin: locate(1, 1), message: "not readable as YAML: \(error)")
    }
  }
}
