import Encoders
import Files
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing

@testable import Recipes

@Suite struct RerankerRecipeTests {
  private static let text = """
    recipe: trainCrossEncoder
    seed: 17
    model:     { maximumLength: 64, folder: $F/model }
    data:      { split: train, collection: $F/collection }
    batch:     { groups: 8, tokens: 512 }
    loss:      { name: listNet }
    optimizer: { name: adamW, rate: 2e-5, decay: 0.01, rates: { classifier: 10 } }
    schedule:  { name: linear, warmup: 0.1, epochs: 1 }
    evaluate:  { split: dev, candidates: judged, every: 5, measures: [MAP], collection: $F/collection }
    output:    { folder: runs/sample }
    """

  private func problems(_ overrides: String...) throws -> [String] {
    try SampleRecipe.problems { try SampleRecipe.read(text: Self.text, overrides: overrides) }.map {
      $0.split(separator: "error: ").last.map(String.init) ?? ""
    }
  }

  @Test(arguments: [
    [], ["evaluate=null"], ["data={rows: $F/collection/corpus.jsonl, negatives: 4, easyNegatives: {share: 0.25}}"],
    [
      "evaluate.candidates=model", "evaluate.model=$F/model", "evaluate.top=30", "evaluate.queries=9",
      "evaluate.excludeSameID=true",
    ],
    [
      "evaluate.candidates=run", "evaluate.run=$F/collection/corpus.jsonl", "evaluate.top=30",
      "evaluate.verdict=[test]",
    ],
    ["patience={scores: 3, minimumImprovement: 0.01}", "checkpoint={every: 9, keep: 2}", "output.weights=last"],
  ])
  func readsBackAsTheSameSettings(_ overrides: [String]) throws {
    let recipe = try SampleRecipe.read(text: Self.text, overrides: overrides)
    let again = try RecipeFile("recipe.yaml", bytes: Array(recipe.resolved.utf8))
    let first = try #require(recipe.program.recipe as? TrainCrossEncoder)
    #expect(again.program.recipe as? TrainCrossEncoder == first && again.resolved == recipe.resolved)
  }

  @Test func theBestWeightsAreExportedWhereThereAreScores() throws {
    func exportsBest(_ overrides: String...) throws -> Bool? {
      (try SampleRecipe.read(text: Self.text, overrides: overrides).program.recipe as? TrainCrossEncoder)?.training
        .exportsBest
    }
    #expect(try exportsBest() == true)
    #expect(try exportsBest("output.weights=last") == false)
    #expect(try exportsBest("evaluate.every=null") == false)
  }

  @Test func candidatesNeedWhatTheyComeFrom() throws {
    #expect(
      try problems("evaluate.candidates=model") == [
        "'evaluate': 'candidates: model' needs 'model'"
      ])
    #expect(
      try problems("evaluate.candidates=run", "evaluate.top=5") == ["'evaluate': 'candidates: run' needs 'run'"])
    #expect(
      try problems("evaluate.top=5") == ["'evaluate.top': 'candidates: judged' has no use for it; remove it"])
    #expect(
      try problems("evaluate.candidates=best") == [
        "'evaluate.candidates' should be one of judged, model, run, found 'best'"
      ])
  }

  @Test func settingsThatContradictEachOtherAreNamed() throws {
    #expect(
      try problems("data.easyNegatives={share: 0.5}") == [
        "'data.easyNegatives': give 'data.negatives', the number of negatives of a group, of which this is a share"
      ])
    #expect(
      try problems("data.negatives=2", "data.easyNegatives={share: 0.5, inBatch: true}", "batch.groups=1") == [
        "'batch.groups': documents of other groups need at least 2 groups in a step"
      ])
    #expect(
      try problems("data.negatives=2", "data.easyNegatives={share: 1.5}") == [
        "'data.easyNegatives.share': 1.5 is not a fraction from 0 to 1"
      ])
    #expect(
      try problems("data.negatives=2", "data.easyNegatives={share: 0.5}", "loss={name: marginMSE}") == [
        "'data.easyNegatives': no teacher scored random documents, and the loss marginMSE needs that"
      ])
    #expect(
      try problems("cache={folder: runs/cache}") == [
        "'cache': only the vectors of a first stage are kept; set 'evaluate.candidates: model', or remove it"
      ])
    #expect(try problems("data.negatives=0") == ["'data.negatives': 0 is too small; at least 1"])
    #expect(
      try problems("patience={scores: 1}", "evaluate=null") == [
        "'patience': it counts scores during training; set 'evaluate.every'"
      ])
    #expect(
      try problems("batch.tokens=63") == [
        "'batch.tokens': 63 is less than one pair of 'model.maximumLength' (64) may have"
      ])
    #expect(
      try problems("model.maximumLength=4", "loss={name: contrastive, margin: 0.5}") == [
        "'model.maximumLength': 4 is too small; at least 5",
        "'loss.name': contrastive reads cosines, not logits; use binaryCrossEntropy",
      ])
    for (loss, problem) in [
      (
        "{name: contrastive, margin: 0.5}", "'loss.name': contrastive reads cosines, not logits; use binaryCrossEntropy"
      ),
      (
        "{name: coSENT, scale: 1}",
        "'data.easyNegatives': the loss coSENT reads labelled pairs, which have no negatives"
      ),
    ] {
      #expect(
        try problems("data.negatives=2", "data.easyNegatives={share: 0.5}", "loss=\(loss)") == [problem])
    }
  }

  @Test func aClassifierOfOtherLabelsIsRefused() throws {
    let base = Files.join(Files.parent(of: Files.parent(of: #filePath)), "Goldens/bert-tiny")
    let folder = TemporaryFolder()
    try CrossEncoder(folder: base, labels: 2, headSeed: 1).save(to: folder.file("two"))
    let section = RerankerSection(base: BaseSection(folder: folder.file("two")), maximumLength: 32)
    do {
      _ = try section.load(seed: 1)
      Issue.record("a classifier of two labels was taken")
    } catch let error as ModelError {
      #expect(error.description.contains("the classifier has 2 labels, but 1 is needed here"))
    }
  }

  @Test func theSeedDrawsAFreshClassifier() throws {
    let base = Files.join(Files.parent(of: Files.parent(of: #filePath)), "Goldens/bert-tiny")
    let section = RerankerSection(base: BaseSection(folder: base), maximumLength: 32)
    let weights = try [1, 1, 2].map { try section.load(seed: $0).parameters["classifier.weight"]?.elements }
    #expect(weights[0] == weights[1] && weights[1] != weights[2])
  }
}
