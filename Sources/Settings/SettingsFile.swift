import Yams

/// Settings as a YAML file: reads them with all problems at once, and writes them.
package enum SettingsFile {
  /// The maximum bytes of a settings file.
  package static var maximumBytes: Int { RecipeScan.maximumBytes }

  /// Reads and checks settings.
  ///
  /// - Parameters:
  ///   - bytes: The content of the file.
  ///   - path: The name of the file for messages.
  ///   - overrides: Edits `path=value`, made before the settings are decoded; the value `null` removes the key.
  ///   - validate: Notes problems between settings, or between them and the files they name.
  /// - Returns: The settings, and where their values come from.
  /// - Throws: `RecipeError` with all problems.
  package static func read<Settings: Decodable>(
    _ type: Settings.Type, from bytes: [UInt8], of path: String, overrides: [String],
    validate: (Settings, SettingChecks) -> Void
  ) throws(RecipeError) -> (settings: Settings, origins: SettingOrigins) {
    let record = DecodingRecord()
    do throws(RecipeProblems) {
      var root = try RecipeTree.parse(bytes)
      var problems: [RecipeProblem] = []
      for argument in overrides {
        do throws(RecipeProblems) { try SettingOverride(argument).apply(to: &root) } catch { problems += error.list }
      }
      let settings = try decode(type, from: root, record: record)
      validate(settings, SettingChecks(root: root, record: record))
      problems += record.problems
      if !problems.isEmpty { throw RecipeProblems(problems) }
      return (settings, SettingOrigins(root: root, record: record))
    } catch {
      throw RecipeError(error.list, in: path)
    }
  }

  private static func decode<Settings: Decodable>(
    _ type: Settings.Type, from root: SettingNode, record: DecodingRecord
  ) throws(RecipeProblems) -> Settings {
    do {
      return try SettingDecoder.decode(type, from: root, record: record)
    } catch {
      throw RecipeProblems([RecipeProblem(origin: root.origin, message: "\(error)")])
    }
  }

  /// The settings that differ between two files, as dotted paths with both values; nil if one cannot be read.
  ///
  /// - Parameter free: The dotted paths of sections and settings that may differ.
  package static func differences(_ old: [UInt8], _ new: [UInt8], except free: [String] = []) -> [String]? {
    guard let (first, second) = try? (RecipeTree.parse(old), RecipeTree.parse(new)) else { return nil }
    return SettingNode.differences(first.removing(free), second.removing(free))
  }

  /// Everything that a file sets, a line each of its dotted path and value, in the order of the file; nil if it cannot be
  /// read.
  ///
  /// Two files that differ in comments and layout alone have the same.
  ///
  /// - Parameter free: The dotted paths of sections and settings that are left out.
  package static func identity(of bytes: [UInt8], except free: [String] = []) -> String? {
    try? RecipeTree.parse(bytes).removing(free).values().joined(separator: "\n")
  }

  /// The value of one setting of a file as it is written there, by its dotted path; nil without it.
  package static func value(of path: String, in bytes: [UInt8]) -> String? {
    guard case .scalar(let text, _)? = (try? RecipeTree.parse(bytes))?.at(path)?.content else { return nil }
    return text
  }

  // MARK: - Writing

  /// The settings as the text of a file: keys in the order of the properties, no comments.
  package static func text(of settings: some Encodable) throws -> String {
    let encoder = YAMLEncoder()
    encoder.options = YAMLEncoder.Options(width: -1, allowUnicode: true)
    guard let node = try Yams.compose(yaml: encoder.encode(settings)) else { return "" }
    return try Yams.serialize(node: withShortNumbers(node), width: -1, allowUnicode: true)
  }

  /// The node with numbers as the shortest text that reads back as the same number, which Yams does not write.
  ///
  /// A plain scalar that reads as a number is one: Yams puts quotes around texts that would.
  private static func withShortNumbers(_ node: Node) -> Node {
    switch node {
    case .scalar(let scalar):
      guard scalar.style == .plain || scalar.style == .any, let number = Double(scalar.string),
        Int(scalar.string) == nil,
        UInt64(scalar.string) == nil
      else { return node }
      return Node(number.description)
    case .sequence(let sequence): return Node(sequence.map(withShortNumbers))
    case .mapping(let mapping): return Node(mapping.map { (key: Node, value: Node) in (key, withShortNumbers(value)) })
    case .alias: return node
    }
  }
}
