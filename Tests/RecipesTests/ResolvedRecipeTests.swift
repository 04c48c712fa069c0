import Files
import Testing
import Training

@testable import Recipes

@Suite struct ResolvedRecipeTests {
  /// Edits of the sample that between them use every optional key.
  static let variants: [[String]] = [
    [],
    ["evaluate=null"],
    [
      "merge.general={split: test, largestLoss: 0.1, excludeSameID: true, documents: 9, collection: $F/collection}",
      "ema={decay: 0.9}",
    ],
    ["average={last: 2}", "evaluate.every=5"],
    ["loss={name: infoNCE, scale: 20, symmetric: true, inBatchNegatives: true, maskKnownPositives: false}"],
    ["loss={name: coSENT, scale: 20}"],
    ["loss={name: triplet, margin: 0.3}"],
    ["loss={name: cosineMSE}"],
    ["loss={name: contrastive, margin: 0.5}"],
    ["loss={name: marginMSE, similarity: dot}"],
    ["loss={name: distillation, similarity: cosine, temperature: 0.05, teacherTemperature: 1}"],
    ["loss={name: pairwiseLogistic, temperature: 0.05}"],
    ["loss={name: rankNet, k: 10, sigma: 20, logarithm: natural}"],
    ["loss={name: lambdaLoss, weighting: nDCGLoss2++, k: 10, sigma: 20, mu: 5, epsilon: 1e-9, logarithm: binary}"],
    ["loss={name: lambdaLoss, weighting: lambdaRank, sigma: 20, logarithm: natural}"],
    ["loss={name: listNet, temperature: 0.05}"],
    ["loss={name: listMLE, positionAware: true, temperature: 0.05}"],
    ["loss={name: adrMSE, alpha: 20}"],
    ["matryoshka={dimensions: [32, 16], weights: [1, 0.5]}", "matryoshka.weights=null"],
    ["matryoshka={dimensions: [32, 16], weights: [1, 0.5]}"],
    [
      "optimizer.decayBiasesAndNorms=true", "optimizer.rates={encoder.layer.0: 0.5, embeddings: 0}",
      "optimizer.clip=null",
    ],
    ["optimizer.freeze=[embeddings, 'encoder: layer']", "optimizer.rows=touched", "batch.recompute=true"],
    ["optimizer.freeze=['**.query', '*.layer']", "optimizer.rates={'**': 0.5, '*.layer.1': 2}"],
    ["schedule={name: cosine, warmup: 0, steps: 100}"],
    ["schedule.name=constant", "model.prompts={query: 'query: ', document: \"a \\\"b\\\"\\n# c\"}"],
    ["checkpoint={every: 10, keep: 2}", "output.weights=best", "patience={scores: 3, minimumImprovement: 0.01}"],
    ["evaluate.verdict=[test, dev]", "evaluate.excludeSameID=true", "evaluate.every=null", "evaluate.documents=null"],
    ["data={rows: $F/collection/corpus.jsonl, collection: $F/collection, shuffle: false}"],
    ["output.folder=no", "seed=18446744073709551615", "optimizer.rate=1.2345678901234567e-300"],
    ["dense={dimensions: 16, activation: tanh}", "cache={folder: runs/cache, megabytes: 100}"],
    ["model.task=retrieval.passage", "model.folder=$F/../../Goldens/jina-tasks-tiny"],
    ["export={type: bfloat16}", "model.addTokens=['[Q]', '[D]']", "model.pooling=cls+mean"],
    [
      "lora={layers: ['**.query'], rank: 4, alpha: 8, rankStabilized: true, dropout: 0.1, train: ['**.LayerNorm']}",
      "model.adapter=$F/../../Goldens/lora-bert",
    ],
    ["guide={folder: $F/model, relativeMargin: 0.1}", "loss.hardness={strength: 5, negatives: own}"],
    ["guide={folder: $F/model, absoluteMargin: 0.1}", "data.negatives=1"],
    [
      "mining={epochs: 1, sources: [{name: model, candidates: 20, negatives: 4}], select: {name: softmax, temperature: 1}, "
        + "rules: [{name: ranks, from: 1, to: 9}, {name: scores, floor: 0, ceiling: 1}, {name: absoluteMargin, margin: 0.1, anchor: highest}]}"
    ],
    [
      "mining={steps: 5, excludeSameID: false, corpus: $F/collection/corpus.jsonl, sources: [{name: BM25, candidates: 20, negatives: 4}], "
        + "select: {name: first}, rules: [{name: judge, model: $F/model, below: 0.1, above: 0.9}, "
        + "{name: relativeMargin, margin: 0.1, anchor: mean}]}"
    ],
  ]

  /// Optional properties of a value and of what it holds, with those of them that have a value.
  private struct OptionalKeys {
    var all: Set<String> = []
    var used: Set<String> = []

    mutating func visit(_ value: Any) {
      let mirror = Mirror(reflecting: value)
      for child in mirror.children {
        let content = Mirror(reflecting: child.value)
        if content.displayStyle == .optional, let label = child.label {
          all.insert("\(mirror.subjectType).\(label)")
          if !content.children.isEmpty { used.insert("\(mirror.subjectType).\(label)") }
        }
        visit(child.value)
      }
    }
  }

  @Test func theVariantsUseEveryOptionalKey() throws {
    var keys = OptionalKeys()
    for overrides in Self.variants { keys.visit(try SampleRecipe.read(overrides: overrides).program) }
    #expect(keys.all.count > 20)
    // Cosines are bounded as they are, so that a bi-encoder's loss takes no activation of logits; the queries bound the
    // work of a reranker.
    #expect(keys.all.subtracting(keys.used).sorted() == ["General.queries", "InfoNCE.activation"])
  }

  @Test(arguments: variants)
  func readsBackAsTheSameSettings(_ overrides: [String]) throws {
    let recipe = try SampleRecipe.read(overrides: overrides)
    let again = try RecipeFile("recipe.yaml", bytes: Array(recipe.resolved.utf8))
    #expect(again.resolved == recipe.resolved)
    let first = try #require(recipe.program.recipe as? TrainBiEncoder)
    #expect(again.program.recipe as? TrainBiEncoder == first)
  }

  @Test func hasAStableOrderAndNoComments() throws {
    let text = """
      output: { folder: runs/x }   # first here
      evaluate: { measures: [ndcg_cut_10], splits: [dev], collection: $F/collection }
      model: { folder: $F/model }
      recipe: evaluate
      """
    let folder = SampleRecipe.fixtures
    #expect(
      try SampleRecipe.read(text: text).resolved == """
        recipe: evaluate
        model:
          folder: \(folder)/model
        precision: float32
        evaluate:
          collection: \(folder)/collection
          splits:
          - dev
          measures:
          - nDCG@10
        output:
          folder: runs/x

        """)
  }

  @Test func overridesChangeAddAndRemove() throws {
    let recipe = try SampleRecipe.read(overrides: [
      "optimizer.rate=3e-5", "model.prompts.query='find: '", "evaluate.documents=null", "output.folder=runs/a=b",
    ])
    let program = try #require(recipe.program.recipe as? TrainBiEncoder)
    guard case .adamW(let optimizer) = program.optimizer else {
      Issue.record("the optimizer changed")
      return
    }
    #expect(optimizer.rate == 3e-5)
    #expect(program.model.prompts == PromptsSection(query: "find: ", document: nil))
    #expect(program.evaluate?.documents == nil)
    #expect(program.output.folder == "runs/a=b")
  }

  @Test func aMissingFileIsNamedWithItsNearest() throws {
    #expect(throws: FileError.self) { try RecipeFile("nowhere/none.yaml") }
    do {
      _ = try RecipeFile("nowhere/none.yaml")
    } catch let error as FileError {
      #expect(error.kind == .missingInput)
      #expect(error.description == "cannot read the recipe nowhere/none.yaml: no such file; give a YAML file")
    }
  }
}

/// The recipes that ship with the project.
@Suite struct ShippedRecipeTests {
  private static let folder = Files.join(Files.parent(of: Files.parent(of: Files.parent(of: #filePath))), "recipes")

  /// All YAML files below a folder.
  private static func recipes(in folder: String) throws -> [String] {
    try Files.list(folder).flatMap { name -> [String] in
      let path = Files.join(folder, name)
      if Files.isFolder(path) { return try recipes(in: path) }
      return name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? [path] : []
    }
  }

  @Test func everyRecipeDecodes() throws {
    let paths = try Self.recipes(in: Self.folder)
    #expect(!paths.isEmpty)
    for path in paths {
      let problems = try SampleRecipe.problems {
        try RecipeFile("r.yaml", bytes: Files.read(path))
      }
      // Checkpoints are fetched, collections built, rows mined by another run; what the file itself decides must be right.
      let absent = [": there is no folder ", ": there is no file runs/"]
      let wrong = problems.filter { problem in !absent.contains { problem.contains($0) } }
      #expect(wrong == [], "\(path)")
    }
  }

  @Test func everyTrainingSavesCheckpoints() throws {
    var trainings = 0
    for path in try Self.recipes(in: Self.folder) {
      let text = String(decoding: try Files.read(path), as: UTF8.self)
      let count = text.matches(of: #/\brecipe: +train/#).count
      #expect(text.matches(of: #/(?:^|\n) *checkpoint: /#).count == count, "\(path)")
      trainings += count
    }
    #expect(trainings >= 7)
  }
}
