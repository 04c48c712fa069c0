import Files
import JSONText
import Runs
import Settings
import TestSupport
import Testing

@testable import Recipes

/// The values of what a recipe leaves out, and what is said of their origin.
@Suite struct DefaultTests {
  private static let model = Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny")

  private static let brief = """
    recipe: trainBiEncoder
    model:    { folder: "\(model)" }
    data:     { collection: $F/collection }
    schedule: { epochs: 1 }
    evaluate: { collection: $F/collection }
    output:   { folder: runs/brief }
    """

  private func read(_ overrides: String..., replacing old: String = "", with new: String = "") throws -> RecipeFile {
    try SampleRecipe.read(
      text: old.isEmpty ? Self.brief : Self.brief.replacing(old, with: new), overrides: overrides)
  }

  @Test func everyValueIsStatedWithItsOrigin() throws {
    let recipe = try read("optimizer.rate=3e-5", "batch={queries: 8}", "evaluate.measures=[MAP]")
    let fixtures = SampleRecipe.fixtures
    #expect(
      recipe.annotated == """
        recipe: trainBiEncoder
        seed: 17  # default
        precision: float32  # default
        model:
          folder: \(Self.model)
          pooling: mean  # from the model folder
          maximumLength: 64  # from the model folder
        data:
          collection: \(fixtures)/collection
          split: train  # default
          shuffle: true  # default
        batch:
          queries: 8  # --set
          tokens: 8192  # default
          uniqueTexts: true  # default
          recompute: false  # default
        loss:
          name: infoNCE  # default
          temperature: 0.05  # default
          maskKnownPositives: true  # default
          symmetric: false  # default
          inBatchNegatives: true  # default
        optimizer:
          name: adamW  # default
          rate: 3e-05  # --set
          decay: 0.01  # default
          decayBiasesAndNorms: false  # default
        schedule:
          name: linear  # default
          warmup: 0.1  # default
          epochs: 1
        evaluate:
          collection: \(fixtures)/collection
          split: dev  # default
          measures:  # --set
          - MAP
        output:
          folder: runs/brief
          weights: last  # from the kind of model

        """)
  }

  /// Texts of several lines, lists of sections and texts with comment marks keep their meaning.
  @Test(arguments: ResolvedRecipeTests.variants)
  func remarksChangeNothing(_ overrides: [String]) throws {
    let recipe = try SampleRecipe.read(overrides: overrides)
    let again = try RecipeFile("recipe.yaml", bytes: Array(recipe.annotated.utf8))
    #expect(again.resolved == recipe.resolved && again.annotated == again.resolved)
    let remarks = recipe.annotated.split(separator: "\n").filter { $0.hasSuffix("  # default") }
    #expect(!remarks.isEmpty)
  }

  @Test func aDefaultWithinAListIsMarkedInItsItem() throws {
    let recipe = try read(
      "mining={epochs: 1, sources: [{name: model, negatives: 4}], rules: [{name: queryText}, {name: relativeMargin, margin: 0.1}]}"
    )
    let lines = recipe.annotated.split(separator: "\n").map(String.init)
    for line in ["    candidates: 100  # default", "    anchor: lowest  # default", "    name: first  # default"] {
      #expect(lines.contains(line), "\(recipe.annotated)")
    }
    #expect(lines.contains("  sources:  # --set") && lines.contains("  - name: model  # --set"))
  }

  @Test func leavingOutASectionIsLeavingOutItsKeys() throws {
    let brief = try read().resolved
    for edit in ["batch={}", "loss={}", "optimizer={}", "loss={name: infoNCE}", "seed=17", "optimizer.rate=2e-5"] {
      #expect(try read(edit).resolved == brief, "\(edit)")
    }
    #expect(try read("seed=18").resolved != brief)
  }

  /// Prompts that are there and empty are not the model's own, which a recipe without prompts keeps.
  @Test func emptyPromptsMakeAnotherRun() throws {
    func identity(_ recipe: RecipeFile) -> String? { SettingsFile.identity(of: Array(recipe.resolved.utf8)) }
    let empty = try identity(read("model.prompts={}"))
    #expect(try empty != nil && empty != identity(read()))
  }

  @Test func aFolderThatDoesNotTellADefaultNeedsTheKey() throws {
    func problems(_ overrides: String...) throws -> [String] {
      try SampleRecipe.problems {
        try SampleRecipe.read(
          text: Self.brief.replacing(Self.model, with: "$F/model"), overrides: overrides)
      }
    }
    let pooling =
      "2:11: error: missing key 'model.pooling' (one of mean, cls, max, mean-sqrt, weighted-mean, last, or several as in cls+mean)"
    #expect(try problems("model.maximumLength=64") == [pooling])
    let length = try problems("model.pooling=mean")
    #expect(length.count == 1)
    #expect(
      length.first?.hasPrefix(
        "2:11: error: missing key 'model.maximumLength' (a whole number), and the model folder does not tell it: ")
        == true, "\(length)")
    let missing = "--set model.folder=none: error: 'model.folder': there is no folder none; check the path"
    #expect(try problems("model.folder=none") == [missing])
  }

  @Test func weightsAreTheBestWhereARerankerIsEvaluated() throws {
    let text = """
      recipe: trainCrossEncoder
      model:    { folder: "\(Self.model)" }
      data:     { collection: $F/collection }
      loss:     { name: infoNCE }
      schedule: { epochs: 1 }
      evaluate: { collection: $F/collection, candidates: judged, every: 5 }
      output:   { folder: runs/brief }
      """
    let best = try SampleRecipe.read(text: text)
    #expect(best.annotated.contains("\n  weights: best  # from the kind of model\n"))
    #expect(best.annotated.contains("\n  temperature: 1.0  # default\n"))
    #expect(best.annotated.contains("\n  inBatchNegatives: false  # default\n"))
    let last = try SampleRecipe.read(text: text, overrides: ["evaluate.every=null"])
    #expect(last.annotated.contains("\n  weights: last  # from the kind of model\n"))
  }

  // MARK: - Identity

  /// A run is the same whether its recipe states a default or not; it is another with another value.
  @Test func anExplicitDefaultIsTheSameRun() throws {
    let folder = TemporaryFolder()
    let rows = ["search", "file", "game"].map { "{\"query\": \"\($0)\", \"positive\": \"the \($0)\"}\n" }.joined()
    try folder.write("rows.jsonl", rows)
    let text = """
      recipe: trainBiEncoder
      model:    { folder: "\(Self.model)" }
      data:     { rows: "\(folder.file("rows.jsonl"))" }
      schedule: { epochs: 2 }
      output:   { folder: "\(folder.file("run"))" }
      """
    func run(_ overrides: String..., resume: Bool = true) throws -> Outcome {
      let recipe = try RecipeFile("r.yaml", bytes: Array(text.utf8), overrides: overrides)
      return try recipe.run(
        in: RunContext(recipe: recipe.annotated, resume: resume, report: { _ in }, isInterrupted: { false }))
    }
    func key() throws -> JSONValue? {
      try JSONReader.parse(Files.read(folder.file("run/inputs.json"))).objectValue?["key"]
    }
    let first = try run(resume: false)
    let before = try key()
    #expect(String(decoding: try Files.read(folder.file("run/recipe.yaml")), as: UTF8.self).contains("  # default\n"))
    #expect(try run("seed=17", "optimizer.rate=2e-5", "model.maximumLength=64").json == first.json)
    let error = #expect(throws: FileError.self) { try run("seed=18") }
    #expect(error?.description.contains("holds a run of other settings ('seed' was '17', is '18')") == true)
    try Files.remove(folder.file("run"))
    _ = try run("seed=17", resume: false)
    #expect(try key() == before && before != nil)
  }
}
