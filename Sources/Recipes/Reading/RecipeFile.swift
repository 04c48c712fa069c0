import Files
import JSONText
public import Runs
import Settings
import Words

/// A valid recipe: a program with all its settings.
///
///     let recipe = try RecipeFile("recipes/debian-programs.yaml", overrides: ["optimizer.rate=3e-5"])
///     let outcome = try recipe.run(in: context)
public struct RecipeFile: Sendable {
  /// The file.
  public let path: String
  /// The settings in effect, as a recipe file of its own: overrides and defaults applied, keys in a fixed order, no
  /// comments.
  public let resolved: String
  /// The same, with the origin of each value that the file does not state as a comment at the end of its line.
  public let annotated: String
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
    let read = try SettingsFile.read(RecipeProgram.self, from: bytes, of: path, overrides: overrides) {
      $0.recipe.validate($1)
    }
    program = read.settings
    self.path = path
    resolved = try SettingsFile.text(of: program)
    annotated = read.origins.annotated(resolved)
  }

  // MARK: - Finding the file

  /// Larger than any recipe; the scan then reports its own limit.
  private static let readingLimit = 1 << 24

  /// The path of the recipe with a name.
  private static func locate(_ name: String) throws(FileError) -> String {
    if Files.exists(name) && !Files.isFolder(name) { return name }
    let isPlain = !name.utf8.contains(UInt8(ascii: "/")) && !name.hasSuffix(".yaml")
    let shipped = Files.join("recipes", "\(name).yaml")
    if isPlain && Files.exists(shipped) { return shipped }
    if let problem = Files.problem(of: name) {
      throw FileError(path: name, kind: .missingInput, description: "cannot read the recipe \(problem)")
    }
    let names = (try? Files.list("recipes")) ?? []
    let known = names.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    let given = Files.name(of: name)
    let nearest = EditDistance.nearest(
      to: given.hasSuffix(".yaml") ? String(given.dropLast(5)) : given, among: known)
    let advice = nearest.map { "did you mean \(Files.join("recipes", $0)).yaml?" } ?? "give a YAML file"
    let problem = isPlain ? "no file \(name) and no recipes/\(name).yaml" : "no such file"
    throw FileError(
      path: name, kind: .missingInput, description: "cannot read the recipe \(name): \(problem); \(advice)")
  }
}

extension RecipeFile {
  /// The outcome of `hone validate`.
  ///
  /// - Parameter resolved: True to show the settings in effect.
  package func validation(resolved: Bool) -> Outcome {
    let lines = resolved ? annotated.split(separator: "\n").map(String.init) : ["\(path): valid"]
    return Outcome(["status": "valid", "recipe": JSONValue(path), "settings": JSONValue(annotated)], lines: lines)
  }

  /// Runs the recipe.
  ///
  /// - Throws: A `UserFacingError` for what the user can mend; `RunInterrupted` when the context asked to stop.
  public func run(in context: RunContext) throws -> Outcome {
    try program.recipe.run(in: context)
  }
}
