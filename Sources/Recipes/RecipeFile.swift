import Files
import JSONText
import Words
import Yams

/// A recipe that was read and found right: a program with all its settings.
///
///     let recipe = try RecipeFile("recipes/debian-programs.yaml", overrides: ["optimizer.rate=3e-5"])
///     let outcome = try recipe.run(in: context)
public struct RecipeFile: Sendable {
  /// The file.
  public let path: String
  /// The settings in effect, as a recipe file of its own: overrides applied, keys in a fixed order, no comments.
  public let resolved: String
  let program: RecipeProgram

  /// Reads and checks a recipe.
  ///
  /// - Parameters:
  ///   - name: A YAML file, or the name of one in `recipes/` without its ending.
  ///   - overrides: Edits `path=value`, made before the settings are read; the value `null` removes a key.
  /// - Throws: `RecipeError` with everything that is wrong, `FileError` when there is no such file.
  public init(_ name: String, overrides: [String] = []) throws {
    let path = try Self.locate(name)
    try self.init(path, bytes: Files.read(path, maximumBytes: Self.readingLimit), overrides: overrides)
  }

  /// Reads and checks the bytes of a recipe file.
  init(_ path: String, bytes: [UInt8], overrides: [String] = []) throws {
    let record = DecodingRecord()
    do throws(RecipeProblems) {
      var root = try RecipeTree.parse(bytes)
      var failures: [RecipeProblem] = []
      for argument in overrides {
        do throws(RecipeProblems) { try SettingOverride(argument).apply(to: &root) } catch { failures += error.list }
      }
      program = try Self.program(of: root, record: record, failures: failures)
    } catch {
      throw RecipeError(error.list, in: path)
    }
    self.path = path
    resolved = try Self.text(of: program)
  }

  private static func program(
    of root: SettingNode, record: DecodingRecord, failures: [RecipeProblem]
  ) throws(RecipeProblems) -> RecipeProgram {
    let program: RecipeProgram
    do {
      program = try SettingDecoder.decode(RecipeProgram.self, from: root, record: record)
    } catch {
      throw RecipeProblems([RecipeProblem(origin: root.origin, message: "\(error)")])
    }
    program.recipe.validate(SettingChecks(root: root, record: record))
    let problems = failures + record.problems
    if !problems.isEmpty { throw RecipeProblems(problems) }
    return program
  }

  // MARK: - Finding the file

  /// More than any recipe has; the scan then says what the limit is.
  private static let readingLimit = 1 << 24

  /// The file a name stands for.
  private static func locate(_ name: String) throws(FileError) -> String {
    if Files.exists(name) && !Files.isFolder(name) { return name }
    let isPlain = !name.utf8.contains(UInt8(ascii: "/")) && !name.hasSuffix(".yaml")
    let shipped = Files.join("recipes", "\(name).yaml")
    if isPlain && Files.exists(shipped) { return shipped }
    let names = (try? Files.list("recipes")) ?? []
    let known = names.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    let wanted = Files.name(of: name)
    let nearest = EditDistance.nearest(
      to: wanted.hasSuffix(".yaml") ? String(wanted.dropLast(5)) : wanted, among: known)
    let advice = nearest.map { "did you mean \(Files.join("recipes", $0)).yaml?" } ?? "give a YAML file"
    let place = isPlain ? "no file \(name) and no recipes/\(name).yaml" : "no such file"
    throw FileError(
      path: name, kind: .missingInput, description: "cannot read the recipe \(name): \(place); \(advice)")
  }

  // MARK: - Writing

  /// The settings as the text of a recipe file.
  private static func text(of program: RecipeProgram) throws -> String {
    let encoder = YAMLEncoder()
    encoder.options = YAMLEncoder.Options(width: -1, allowUnicode: true)
    guard let node = try Yams.compose(yaml: encoder.encode(program)) else { return "" }
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

extension RecipeFile {
  /// What is said about a recipe that is right: the settings in effect.
  package var validation: Outcome {
    let lines = resolved.split(separator: "\n").map(String.init)
    return Outcome(["status": "valid", "recipe": JSONValue(path), "settings": JSONValue(resolved)], lines: lines)
  }

  /// Runs the recipe.
  ///
  /// - Throws: A `UserFacingError` for what the user can mend; `RunInterrupted` when the context asked to stop.
  public func run(in context: RunContext) throws -> Outcome {
    try program.recipe.run(in: context)
  }
}
