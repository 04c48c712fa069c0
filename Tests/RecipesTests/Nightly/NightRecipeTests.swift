import Files
import Settings
import TestSupport
import Testing

@testable import Recipes

/// What is wrong with a night's recipe is found before it runs.
@Suite struct NightRecipeTests {
  private func problems(_ old: String = "", _ new: String = "") throws -> [String] {
    let workshop = try NightWorkshop()
    let text = NightWorkshop.withReranker
    #expect(old.isEmpty || text.contains(old))
    do {
      _ = try workshop.recipe(old.isEmpty ? text : text.replacing(old, with: new))
      return []
    } catch let error as RecipeError {
      // Positions do not depend on where the folders are, but their columns do.
      return error.problems.map { problem in
        workshop.folder.shortened(problem).split(separator: "error: ").last.map(String.init) ?? problem
      }
    }
  }

  @Test func aRightRecipeHasNone() throws { #expect(try problems() == []) }

  @Test(arguments: [
    (
      "model: { folder: $adapt }", "model: { folder: $adap }",
      "'stages[1].recipe': '$adap' stands for nothing; did you mean '$adapt'?"
    ),
    (
      "data: { rows: $negatives }", "data: { rows: $rerank }",
      "'stages[2].recipe': '$rerank' is this stage itself"
    ),
    (
      "model: { folder: $start, maximumLength: 16 }", "model: { folder: $rerank, maximumLength: 16 }",
      "'stages[0].recipe': '$rerank' is a later stage; move that one before this"
    ),
    (
      "model: { folder: $start, maximumLength: 16 }", "model: { folder: $startReranker, maximumLength: 16 }",
      "'stages[0].recipe': '$startReranker' needs 'base.reranker', the reranker of the first night"
    ),
    ("reranker: $rerank", "reranker: $adapt", "'gate.reranker': the stage 'adapt' is no trainCrossEncoder"),
    ("{ model: $adapt,", "{ model: adapt,", "'gate.model': 'adapt' is no stage; there is $adapt"),
    ("name: negatives", "name: rows", "'stages': stages[1]: '$rows' has a meaning already; choose another name"),
    ("name: negatives", "name: adapt", "'stages': stages[1]: two stages have the name 'adapt'; choose another one"),
    (
      "schedule: { steps: 60 }", "schedule: { steps: 60 }\n    output: { folder: x }",
      "'stages[0].output.folder': a stage has a folder of its own in runs; remove the key"
    ),
    (
      "schedule: { steps: 60 }", "schedule: { stepz: 60 }",
      "unknown key 'stages[0].schedule.stepz'; did you mean 'steps'?"
    ),
    (
      "optimizer: { rate: 5e-3 }\n    schedule: { steps: 60 }", "optimizer: { rate: 0 }\n    schedule: { steps: 60 }",
      "'stages[0].optimizer.rate': 0.0 is not more than 0"
    ),
    ("recipe: mineNegatives", "recipe: mineNegative", "'stages[1].recipe' should be one of "),
    ("heldOut: test", "heldOut: dev", "'gate': a split is named twice"),
    ("heldOut: test", "alpha: 2", "'gate.alpha': 2.0 is not between 0 and 1"),
    ("folder: $F/arrivals", "folder: $F/none", "'arrivals.folder': there is no folder none"),
    ("name: words", "name: .words", "'registry.name': \".words\" cannot be the name of a model"),
  ])
  func aProblemIsTold(_ old: String, _ new: String, _ expected: String) throws {
    let found = try problems(old, new)
    #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
  }

  @Test func aPathOfAProblemHasThePlaceOfItsStage() throws {
    let workshop = try NightWorkshop()
    let text = NightWorkshop.withReranker.replacing(
      "schedule: { steps: 40 }", with: "schedule: { steps: 40, warmup: 7 }")
    let error = #expect(throws: RecipeError.self) { try workshop.recipe(text) }
    #expect(error?.problems.count == 1 && error?.problems.first?.contains("'stages[2].schedule.warmup'") == true)
    let line =
      1 + (text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("warmup: 7") } ?? 0)
    #expect(error?.problems.first?.hasPrefix("night.yaml:\(line):") == true, "\(error?.problems ?? [])")
  }

  /// What a recipe resolves to is the same recipe; a stage stands in it as it is written.
  @Test func theSettingsInEffectAreARecipe() throws {
    let workshop = try NightWorkshop()
    let recipe = try workshop.recipe(NightWorkshop.withReranker)
    let again = try RecipeFile("again.yaml", bytes: Array(recipe.annotated.utf8))
    #expect(again.resolved == recipe.resolved)
    #expect(recipe.resolved.contains("rows: $negatives"))
    #expect(!recipe.resolved.contains("checkpoint:\n      every: '10'"))
  }

  @Test func anOverrideReachesAStageByItsName() throws {
    let workshop = try NightWorkshop()
    let recipe = try workshop.recipe(
      NightWorkshop.withReranker, ["stages.adapt.schedule.steps=7", "stages.rerank.seed=3"])
    let stages = try #require(recipe.program.recipe as? Nightly).stages
    #expect(stages[0].source.value(of: "schedule.steps") == "7" && stages[2].source.value(of: "seed") == "3")
    let error = #expect(throws: RecipeError.self) {
      try workshop.recipe(NightWorkshop.withReranker, ["stages.none.seed=3"])
    }
    #expect(error?.problems.first?.contains("'stages' is no section, it holds a list") == true)
  }
}
