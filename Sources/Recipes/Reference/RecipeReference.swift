import Files
import JSONText
package import Runs
import Settings
import Words

/// The keys of recipes as they are declared where they are read: the source of `hone keys`, of templates and of the
/// JSON schema.
public struct RecipeReference: Sendable {
  /// One program with its keys.
  struct Program: Sendable {
    var name: String
    var summary: String
    var keys: SectionOutline
  }

  let programs: [Program]

  /// Describes programs.
  ///
  /// - Parameter name: The value of the key `recipe`; without it, all programs are described.
  /// - Throws: A `UserFacingError` where there is no such program.
  public init(of name: String? = nil) throws {
    let types = Programs.all.filter { name == nil || $0.name == name }
    if let name, types.isEmpty {
      let names = Programs.all.map { $0.name }
      let advice =
        EditDistance.nearest(to: name, among: names).map { "did you mean \($0)?" }
        ?? "they are \(names.joined(separator: ", "))"
      throw RunError(.usage, "there is no recipe of the kind '\(name.shortened)'; \(advice)")
    }
    programs = try types.map { type in
      Program(name: type.name, summary: type.summary, keys: try SectionOutline(of: type))
    }
  }

  // MARK: - Rows

  /// One key with its path.
  struct Row: Sendable {
    /// The keys from the top of the recipe on, with dots; an item of a list has `[]`.
    var path: String
    /// The setting that the section must have for the key to be there, as `loss.name: infoNCE`; nil where it always is.
    var condition: String?
    var key: KeyOutline
    /// True if the section has to have the key, whatever its others are.
    var isRequired: Bool
  }

  /// All keys of a section and of what it holds, in their order.
  static func rows(_ section: SectionOutline, under path: String = "", if condition: String? = nil) -> [Row] {
    func rows(_ keys: [KeyOutline], if condition: String?) -> [Row] {
      keys.flatMap { key in
        let inner = path + key.name
        let row = Row(path: inner, condition: condition, key: key, isRequired: section.requires(key))
        return [row] + nested(key.kind, under: inner, if: condition)
      }
    }
    // The only form of a section is no condition.
    let name = section.variants.count > 1 ? section.variantKey?.name : nil
    return rows(section.keys, if: condition)
      + section.variants.flatMap { variant in
        rows(variant.keys, if: name.map { "\(path)\($0): \(variant.name)" } ?? condition)
      }
  }

  private static func nested(_ kind: KindOutline, under path: String, if condition: String?) -> [Row] {
    switch kind {
    case .section(let section): rows(section, under: path + ".", if: condition)
    case .list(let item): nested(item, under: path + "[]", if: condition)
    default: []
    }
  }
}

// MARK: - For people and programs

extension RecipeReference {
  /// The outcome of `hone keys`: a line for each key.
  package var outcome: Outcome {
    var lines: [String] = []
    for program in programs {
      if !lines.isEmpty { lines.append("") }
      lines += ["\(program.name): \(program.summary)", ""]
      for row in Self.rows(program.keys) {
        let condition = row.condition.map { " (\($0))" } ?? ""
        lines += ["\(row.path)\(condition): \(row.key.kind.name), \(row.usualInWords)", "    \(row.sentence)"]
      }
    }
    return Outcome(json, lines: lines)
  }

  /// The keys for a program.
  var json: JSONValue {
    func row(_ row: Row) -> JSONValue {
      var object: JSONObject = ["path": JSONValue(row.path)]
      if let condition = row.condition { object["if"] = JSONValue(condition) }
      object["type"] = JSONValue(row.key.kind.name)
      if case .choice(let names) = row.key.kind { object["choices"] = .array(names.map { JSONValue($0) }) }
      if case .word(let form, _) = row.key.kind { object["form"] = JSONValue(form) }
      object["required"] = JSONValue(row.isRequired)
      if case .means(let usual) = row.key.absence { object["default"] = usual.json }
      if case .isFound(let source) = row.key.absence { object["defaultFrom"] = JSONValue(source) }
      object["sentence"] = JSONValue(row.key.sentence)
      return .object(object)
    }
    return [
      "programs": .array(
        programs.map { program in
          [
            "name": JSONValue(program.name), "summary": JSONValue(program.summary),
            "keys": .array(Self.rows(program.keys).map(row)),
          ]
        })
    ]
  }

  /// The keys as tables of Markdown, a chapter for each program.
  public var markdown: String {
    programs.map { program in
      var lines = ["### \(program.name)", "", program.summary, "", "| key | type | default | |", "|---|---|---|---|"]
      for row in Self.rows(program.keys) {
        let condition = row.condition.map { "With `\($0)`: " } ?? ""
        let cells = ["`\(row.path)`", row.key.kind.name, row.usual, condition + row.sentence]
        lines.append("| \(cells.map { Self.cell($0) }.joined(separator: " | ")) |")
      }
      return lines.joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  /// The text of a cell: a bar ends it, and a star begins emphasis.
  private static func cell(_ text: String) -> String {
    text.reduce(into: "") { $0 += $1 == "|" || $1 == "*" ? "\\\($1)" : String($1) }
  }
}

extension RecipeReference.Row {
  /// The default in words.
  var usual: String {
    switch key.absence {
    case .isProblem: isRequired ? "required" : "–"
    case .isNothing: "–"
    case .means(let usual): usual.line
    case .isFound(let source): "from \(source)"
    case .isEmptySection: "those of its keys"
    }
  }

  /// The same in a sentence.
  var usualInWords: String {
    switch key.absence {
    case .isProblem: isRequired ? "required" : "one of several"
    case .isNothing: "optional"
    case .means, .isFound: "default \(usual)"
    case .isEmptySection: "all its keys have defaults"
    }
  }

  /// The sentence, with the choices.
  var sentence: String { "\(key.sentence)\(key.kind.choices.map { " \($0)." } ?? "")" }
}

extension KindOutline {
  /// The kind in words.
  var name: String {
    switch self {
    case .number: "number"
    case .wholeNumber: "whole number"
    case .seed: "whole number from 0 on"
    case .truth: "true or false"
    case .text: "text"
    case .choice, .word: "word"
    case .list(let item): "list of \(item.plural)"
    case .map(let value): "section of \(value.plural)"
    case .section: "section"
    }
  }

  private var plural: String {
    switch self {
    case .number: "numbers"
    case .wholeNumber, .seed: "whole numbers"
    case .section: "sections"
    case .text: "texts"
    default: "words"
    }
  }

  /// The words that there are, in words; nil where the kind says all.
  var choices: String? {
    switch self {
    case .choice(let names) where names.count > 1: "One of \(names.joined(separator: ", "))"
    case .word(let form, _): "\(form.prefix(1).uppercased())\(form.dropFirst())"
    case .list(let item): item.choices
    default: nil
    }
  }
}

extension SettingLiteral {
  /// The value as JSON.
  var json: JSONValue {
    switch self {
    case .scalar("true", isText: false): true
    case .scalar("false", isText: false): false
    case .scalar(let text, isText: false): Int(text).map { JSONValue($0) } ?? JSONValue(Double(text) ?? 0)
    case .scalar(let text, isText: true): JSONValue(text)
    case .list(let items): .array(items.map(\.json))
    case .section(let entries): .object(JSONObject(entries.map { (name: $0.key, value: $0.value.json) }))
    }
  }
}
