import Files
import Runs
import Synchronization
import TestSupport
import Words

@testable import Recipes

/// A recipe of every program over tiny models and data, with every number that a recipe can have.
///
/// Each runs in a moment, so tests can run many variants of them.
struct WholeRecipes {
  /// The folder with the data; runs go to `run` in it unless a test says otherwise.
  let folder: TemporaryFolder

  private static let words = ["search", "query", "text", "word", "find", "file", "image", "sound", "game", "play"]

  /// Writes the data into a new folder.
  init() throws {
    folder = TemporaryFolder()
    let (all, judged) = (Self.words, "query-id\tcorpus-id\tscore\n")
    try folder.write(
      "collection/corpus.jsonl",
      all.indices.map { "{\"_id\": \"d\($0)\", \"title\": \"\(all[$0])\", \"text\": \"the \(all[$0]) of \($0)\"}\n" }
        .joined())
    try folder.write(
      "collection/queries.jsonl",
      all.indices.map { "{\"_id\": \"q\($0)\", \"text\": \"\(all[$0]) a\"}\n" }.joined())
    for (split, range) in [("train", 0..<6), ("dev", 6..<8), ("test", 8..<10)] {
      try folder.write(
        "collection/qrels/\(split).tsv",
        judged + range.map { "q\($0)\td\($0)\t1\nq\($0)\td\(($0 + 3) % 10)\t0\n" }.joined())
    }
    try folder.write(
      "rows.jsonl",
      (0..<6).map {
        "{\"query\": \"\(all[$0])\", \"positive\": \"the \(all[$0])\", \"negatives\": [\"a \(all[$0 + 1])\", "
          + "\"a \(all[$0 + 3])\"], \"scores\": [3, 1, 0.5]}\n"
      }.joined())
    try folder.write(
      "candidates.run",
      (0..<10).map { query in
        (0..<4).map { "q\(query) Q0 d\((query + $0 * 3) % 10) \($0 + 1) \(9 - $0) first\n" }.joined()
      }.joined())
  }

  /// The text of a recipe; `$N` in it stand for the folders.
  func text(_ name: String) -> String {
    var text = Self.texts[name, default: ""]
    let places = [
      "$B": Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny"),
      "$C": Files.join(Locations.repositoryRoot, "Tests/Goldens/cross-encoder-tiny"),
      "$L": Files.join(Locations.repositoryRoot, "Tests/Goldens/lora-bert"),
      "$F": folder.path,
    ]
    for (mark, place) in places { text = text.replacing(mark, with: place) }
    return text
  }

  /// Reads a recipe.
  func read(_ name: String, _ overrides: [String] = []) throws -> RecipeFile {
    try RecipeFile("r.yaml", bytes: Array(text(name).utf8), overrides: overrides)
  }

  /// Runs a recipe, which is asked to stop once some steps of training are taken.
  ///
  /// - Returns: The notes and warnings.
  @discardableResult
  func run(_ name: String, _ overrides: [String] = [], until last: Int = .max, resume: Bool = false) throws -> [String]
  {
    let steps = Mutex(0)
    let notes = Mutex<[String]>([])
    let recipe = try read(name, overrides)
    let context = RunContext(
      recipe: recipe.resolved, resume: resume,
      report: { event in
        switch event {
        case .progress(let progress) where progress.task == "training": steps.withLock { $0 = progress.done }
        case .note(let text), .warning(let text): notes.withLock { $0.append(text) }
        default: break
        }
      }, isInterrupted: { steps.withLock { $0 } >= last })
    _ = try recipe.run(in: context)
    return notes.withLock { $0 }
  }

  /// The names of the recipes: that of the program, and of a variant of it.
  static let names = texts.keys.sorted()

  private static let texts: [String: String] = [
    "trainBiEncoder": """
    recipe: trainBiEncoder
    seed: 17
    model: { folder: $B, pooling: mean, maximumLength: 16, prompts: { query: "find the", document: "file" } }
    dense: { dimensions: 8, activation: tanh }
    data: { collection: $F/collection, split: train, negatives: 2 }
    batch: { queries: 3, tokens: 64, uniqueTexts: true }
    loss: { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
    matryoshka: { dimensions: [8, 4], weights: [1, 0.5] }
    mining:
      epochs: 1
      sources: [{ name: model, candidates: 5, negatives: 2 }, { name: BM25, candidates: 4, negatives: 1 }]
      rules:
        - { name: knownPositives }
        - { name: nearDuplicates, similarity: 0.9 }
        - { name: ranks, from: 1, to: 9 }
        - { name: skipTop, count: 0 }
        - { name: scores, floor: -0.9, ceiling: 0.99 }
        - { name: absoluteMargin, margin: 0.01 }
        - { name: relativeMargin, margin: 0.01 }
        - { name: judge, model: $C, below: 0.9, above: 0.95 }
      select: { name: softmax, temperature: 0.1 }
    guide: { folder: $B, absoluteMargin: 0.1 }
    optimizer: { name: adamW, rate: 1e-3, decay: 0.01, clip: 1.0, rates: { embeddings: 0.5 } }
    schedule: { name: linear, warmup: 0.1, epochs: 2 }
    evaluate: { collection: $F/collection, split: dev, every: 2, documents: 8, measures: [nDCG@10], verdict: [test] }
    patience: { scores: 3, minimumImprovement: 0.1 }
    checkpoint: { every: 2, keep: 1 }
    cache: { folder: $F/cache, megabytes: 50 }
    output: { folder: $F/run, weights: best }
    """,
    "trainBiEncoder-lora": """
    recipe: trainBiEncoder
    seed: 17
    model: { folder: $B, adapter: $L, pooling: mean, maximumLength: 16 }
    data: { rows: $F/rows.jsonl, negatives: 1 }
    batch: { queries: 3, tokens: 64, uniqueTexts: false }
    loss: { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
    lora: { layers: ["**.query", "**.value"], rank: 4, alpha: 8, rankStabilized: true, dropout: 0.1 }
    optimizer: { name: adamW, rate: 1e-3, decay: 0.01, rates: { "**.lora_B": 16 } }
    schedule: { name: linear, warmup: 0.1, epochs: 3 }
    checkpoint: { every: 1, keep: 2 }
    output: { folder: $F/run }
    """,
    "trainCrossEncoder-lora": """
    recipe: trainCrossEncoder
    seed: 17
    model: { folder: $B, maximumLength: 16 }
    data: { rows: $F/rows.jsonl, negatives: 3 }
    batch: { groups: 3, tokens: 64 }
    loss: { name: infoNCE, temperature: 1, maskKnownPositives: true, inBatchNegatives: false }
    lora: { adapter: $L, dropout: 0.2, train: ["bert.encoder.layer.0.output.LayerNorm"] }
    optimizer: { name: adamW, rate: 1e-3, decay: 0.01 }
    schedule: { name: linear, warmup: 0.1, epochs: 3 }
    output: { folder: $F/run }
    """,
    "trainBiEncoder-steps": """
    recipe: trainBiEncoder
    seed: 17
    model: { folder: $B, pooling: mean, maximumLength: 16 }
    data: { rows: $F/rows.jsonl, negatives: 1 }
    batch: { queries: 3, tokens: 64, uniqueTexts: false }
    loss: { name: distillation, similarity: cosine, temperature: 0.05, teacherTemperature: 1 }
    optimizer: { name: adamW, rate: 1e-3, decay: 0.01 }
    schedule: { name: cosine, warmup: 0.1, steps: 3 }
    output: { folder: $F/run }
    """,
    "trainCrossEncoder": """
    recipe: trainCrossEncoder
    seed: 17
    model: { folder: $B, maximumLength: 16 }
    data: { rows: $F/rows.jsonl, negatives: 3, easyNegatives: { share: 0.34 } }
    batch: { groups: 3, tokens: 64 }
    loss: { name: infoNCE, temperature: 1, maskKnownPositives: true, inBatchNegatives: false }
    optimizer: { name: adamW, rate: 1e-3, decay: 0.01, clip: 1.0 }
    schedule: { name: linear, warmup: 0.1, epochs: 2 }
    evaluate:
      { collection: $F/collection, split: dev, candidates: model, model: $B, top: 5, every: 2, queries: 2, measures: [nDCG@10] }
    patience: { scores: 3, minimumImprovement: 0.1 }
    checkpoint: { every: 2, keep: 1 }
    cache: { folder: $F/cache, megabytes: 50 }
    output: { folder: $F/run }
    """,
    "evaluate": """
    recipe: evaluate
    model: { folder: $B }
    baseline: { folder: $B }
    evaluate: { collection: $F/collection, splits: [dev, test], measures: [nDCG@10] }
    cache: { folder: $F/cache, megabytes: 50 }
    output: { folder: $F/run }
    """,
    "mineNegatives": """
    recipe: mineNegatives
    seed: 17
    model: { folder: $B, pooling: mean, maximumLength: 16 }
    data: { collection: $F/collection, split: train }
    sources: [{ name: model, candidates: 5, negatives: 2 }, { name: BM25, candidates: 4, negatives: 1 }]
    rules: [{ name: knownPositives }, { name: judge, model: $C, below: 0.9 }]
    select: { name: uniform }
    cache: { folder: $F/cache, megabytes: 50 }
    output: { folder: $F/run, format: texts }
    """,
    "reduceVectors": """
    recipe: reduceVectors
    model: { folder: $B }
    dimensions: [8, 4]
    whiten: false
    evaluate: { collection: $F/collection, splits: [dev], measures: [nDCG@10] }
    cache: { folder: $F/cache, megabytes: 50 }
    output: { folder: $F/run }
    """,
    "scoreRows": """
    recipe: scoreRows
    model: { folder: $C }
    data: { rows: $F/rows.jsonl }
    output: { folder: $F/run, format: texts }
    """,
    "evaluateReranking": """
    recipe: evaluateReranking
    retriever: { folder: $B }
    fusion: { candidates: 8, constant: 60, weights: [1, 0.5] }
    reranker: { folder: $C }
    top: 5
    evaluate: { collection: $F/collection, splits: [dev], measures: [nDCG@10] }
    latency: { queries: 2, candidates: [2, 4] }
    cache: { folder: $F/cache, megabytes: 50 }
    output: { folder: $F/run }
    """,
    "comparePrecisions": """
    recipe: comparePrecisions
    model: { folder: $C }
    retriever: { folder: $B }
    precision: int8
    top: 5
    tolerance: 0.01
    evaluate: { collection: $F/collection, splits: [dev, test], measures: [nDCG@10] }
    cache: { folder: $F/cache, megabytes: 50 }
    output: { folder: $F/run }
    """,
    "comparePrecisions-biEncoder": """
    recipe: comparePrecisions
    model: { folder: $B }
    precision: bfloat16
    top: 5
    tolerance: 0.01
    evaluate: { collection: $F/collection, splits: [dev], measures: [nDCG@10] }
    output: { folder: $F/run }
    """,
    "nightly": """
    recipe: nightly
    registry: { folder: $F/run/models, name: words }
    base: { folder: $B }
    start: champion
    arrivals: { collection: $F/collection, split: train }
    stages:
      - name: adapt
        recipe: trainBiEncoder
        seed: 17
        model: { folder: $start, maximumLength: 16 }
        data: { rows: $rows }
        batch: { queries: 3, tokens: 64 }
        optimizer: { rate: 1e-3 }
        schedule: { steps: 2 }
    gate:
      model: $adapt
      top: 5
      collection: $F/collection
      slices: [train]
      heldOut: test
      leastEffect: 0.002
      alpha: 0.05
      largestHarm: 0.02
      minimumQueries: 2
      minimumSliceQueries: 2
      leastValue: 0.1
      largestLeak: 0
      largestLatencyRatio: 1.5
      largestSizeRatio: 1.5
      timedQueries: 2
    cache: { folder: $F/cache, megabytes: 50 }
    output: { folder: $F/run, keep: 2 }
    """,
    "calibrate": """
    recipe: calibrate
    model: { folder: $C }
    data: { collection: $F/collection, split: train }
    candidates: { name: run, file: $F/candidates.run, top: 3 }
    method: platt
    bins: 10
    output: { folder: $F/run }
    """,
  ]
}
