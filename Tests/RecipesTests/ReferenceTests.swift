import Files
import Runs
import Settings
import TestSupport
import Testing

@testable import Recipes

/// The reference, the templates and the schema, which all come from the declarations of keys.
@Suite struct ReferenceTests {
  private static let names = Programs.all.map { $0.name }

  @Test(arguments: names)
  func everyKeyIsDeclaredWithASentence(_ name: String) throws {
    let program = try #require(try RecipeReference(of: name).programs.first)
    let rows = RecipeReference.rows(program.keys)
    #expect(rows.count > 8 && program.summary.hasSuffix("."))
    for row in rows {
      let key = row.key
      #expect(key.sentence.hasSuffix(".") && key.sentence.count < 140, "\(row.path): '\(key.sentence)'")
      if case .section = key.kind { continue }
      let isVariant = if case .choice = key.kind { key.absence == .isProblem } else { false }
      let isShown = if case .means = key.absence { true } else { key.example != nil }
      #expect(isShown || isVariant, "\(row.path) has neither a default nor an example")
    }
    #expect(Set(rows.map { "\($0.condition ?? "") \($0.path)" }).count == rows.count)
  }

  @Test func aKeyOfAVariantHasItsCondition() throws {
    let program = try #require(try RecipeReference(of: "trainBiEncoder").programs.first)
    let rows = RecipeReference.rows(program.keys)
    let margins = rows.filter { $0.path == "loss.margin" }
    #expect(margins.map(\.condition) == ["loss.name: triplet", "loss.name: contrastive"])
    #expect(margins.map(\.isRequired) == [true, false] && margins.map(\.usual) == ["required", "0.5"])
    #expect(rows.first { $0.path == "mining.rules[].similarity" }?.condition == "mining.rules[].name: nearDuplicates")
    #expect(rows.first { $0.path == "schedule.epochs" }?.isRequired == false)
  }

  /// One default in one kind of recipe, another in the other.
  @Test func aDefaultFitsTheScoresOfItsProgram() throws {
    func usual(_ path: String, of name: String) throws -> String? {
      let program = try #require(try RecipeReference(of: name).programs.first)
      return RecipeReference.rows(program.keys).first { $0.path == path }?.usual
    }
    #expect(try usual("loss.temperature", of: "trainBiEncoder") == "0.05")
    #expect(try usual("loss.temperature", of: "trainCrossEncoder") == "1.0")
    #expect(try usual("loss.inBatchNegatives", of: "trainCrossEncoder") == "false")
    #expect(try usual("loss.name", of: "trainBiEncoder") == "infoNCE")
    #expect(try usual("loss.name", of: "trainCrossEncoder") == "required")
    #expect(try usual("evaluate.measures", of: "evaluateReranking") == "[nDCG@10, MRR@10]")
  }

  @Test func anUnknownKindIsToldWithItsNearest() {
    let error = #expect(throws: RunError.self) { try RecipeReference(of: "trainBiencoder") }
    #expect(
      error?.description
        == "there is no recipe of the kind 'trainBiencoder'; did you mean trainBiEncoder?")
    #expect(error?.kind == .usage)
  }

  // MARK: - Templates

  /// A template with the folders and files of a user, and widths that a tiny model has.
  private func filled(_ name: String, in recipes: WholeRecipes) throws -> [String] {
    let goldens = Files.join(Locations.repositoryRoot, "Tests/Goldens")
    var text = try RecipeReference(of: name).template
    for (example, own) in [
      ("checkpoints/all-MiniLM-L6-v2", Files.join(goldens, "bert-tiny")),
      ("runs/reranker/model", Files.join(goldens, "cross-encoder-tiny")),
      ("runs/my-lora", Files.join(goldens, "lora-bert")), ("data/my-collection", recipes.folder.file("collection")),
      ("data/rows.jsonl", recipes.folder.file("rows.jsonl")), ("data/arrivals", recipes.folder.path),
      ("runs/my-run/first.dev.run", recipes.folder.file("candidates.run")),
      ("runs/my-run/first.run", recipes.folder.file("candidates.run")), ("[256, 128, 64]", "[16, 8, 4]"),
      ("[256, 128]", "[16, 8]"),
    ] {
      text = text.replacing(example, with: own)
    }
    return text.split(separator: "\n").map(String.init)
  }

  private func problems(_ lines: [String]) throws -> [String] {
    try SampleRecipe.problems { try SampleRecipe.read(text: lines.joined(separator: "\n")) }
  }

  @Test(arguments: names)
  func aTemplateIsRightOncePathsAreFilledIn(_ name: String) throws {
    let recipes = try WholeRecipes()
    let lines = try filled(name, in: recipes)
    #expect(try problems(lines) == [])
    withExtendedLifetime(recipes) {}
  }

  /// Every optional key of a template is a key, with a value of its kind: taking its comment mark away shows it.
  @Test(arguments: names)
  func everyOptionalLineOfATemplateIsAKey(_ name: String) throws {
    let recipes = try WholeRecipes()
    let lines = try filled(name, in: recipes)
    let optional = lines.indices.filter { lines[$0].hasPrefix("# ") && $0 > 2 }
    #expect(optional.count > 2)
    for line in optional {
      var edited = lines
      for other in Self.needed(for: line, in: lines) { edited[other] = Self.bare(lines[other]) }
      let wrong = try problems(edited).filter {
        $0.contains("unknown key") || $0.contains("should be") || $0.contains("missing key") || $0.contains("YAML")
      }
      #expect(wrong == [], "\(lines[line])")
    }
    withExtendedLifetime(recipes) {}
  }

  /// The lines to uncomment for one line: itself, the sections around it, and what those must have.
  private static func needed(for line: Int, in lines: [String]) -> Set<Int> {
    func depth(_ index: Int) -> Int { bare(lines[index]).prefix { $0 == " " }.count }
    func marks(_ index: Int) -> Int {
      var (rest, count) = (lines[index][...], 0)
      while rest.hasPrefix("# ") { (rest, count) = (rest.dropFirst(2), count + 1) }
      return count
    }
    var sections = [line]
    var inner = line
    for index in stride(from: line - 1, through: 0, by: -1) where depth(index) < depth(inner) {
      inner = index
      if marks(index) > 0 { sections.append(index) }
    }
    var all = Set(sections)
    for section in sections {
      for index in lines.indices.dropFirst(section + 1) {
        guard depth(index) > depth(section) else { break }
        if marks(index) == marks(section) { all.insert(index) }
      }
    }
    return all
  }

  /// A line without its comment marks.
  private static func bare(_ line: String) -> String {
    var rest = line[...]
    while rest.hasPrefix("# ") { rest = rest.dropFirst(2) }
    return String(rest)
  }

  // MARK: - Files

  @Test func theSchemaOfTheRecipesIsTheReference() throws {
    let file = Files.join(Locations.repositoryRoot, "recipes/schema.json")
    let stored = String(decoding: try Files.read(file), as: UTF8.self)
    #expect(try RecipeReference().schema == stored, "run: hone keys --schema > recipes/schema.json")
    #expect(!stored.contains("[]"), "an empty list says nothing")
  }

  @Test func thePageOfRecipesHasTheReference() throws {
    let file = Files.join(Locations.repositoryRoot, "Sources/Recipes/Documentation.docc/Recipes.md")
    let page = String(decoding: try Files.read(file), as: UTF8.self)
    let (start, end) = ("<!-- Begin of: hone keys --markdown -->\n\n", "\n<!-- End of: hone keys --markdown -->\n")
    let parts = page.split(separator: start)
    try #require(parts.count == 2)
    #expect(
      parts[1].split(separator: end).first.map(String.init) == (try RecipeReference().markdown),
      "put the output of hone keys --markdown between the two comments")
  }
}
