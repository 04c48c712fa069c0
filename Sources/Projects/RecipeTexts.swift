import Files
import JSONText
import Words

/// The recipes of a project as texts with comments.
struct RecipeTexts {
  /// The folder of the project, as the recipes name it.
  let folder: String
  let model: String
  let pooling: String
  let seed: UInt64
  let plan: TrainingPlan
  /// The origin of the data and its size, for the head of each file.
  let origin: String
  /// The lengths of the texts in words.
  let lengths: String
  /// The estimated time of `adapt.yaml` in words.
  let time: String
  let devQueries: Int

  private var collection: String { Self.yaml(Files.join(folder, "collection")) }
  private func run(_ name: String) -> String { Files.join(folder, "runs", name) }
  private func file(_ name: String) -> String { Self.shell(Files.join(folder, name)) }
  private var cache: String { "{ folder: \(Self.yaml(run("cache"))), megabytes: 1000 }" }
  /// The rules of both minings, which leave out what may be a right answer.
  private static let rules = [
    "{ name: queryText }", "{ name: repeatedTexts }", "{ name: relativeMargin, margin: 0.05, anchor: lowest }",
    "{ name: nearDuplicates, similarity: \(NearDuplicates.limit) }",
  ]

  /// `adapt.yaml`: trains the embedding model, mines hard negatives, trains on them, and ends with a verdict.
  var adapt: String {
    let mining =
      plan.minesNegatives
      ? """
      # Hard negatives come from the model's own best documents: \(miningMoment). The rules leave out what may be a right answer:
      # candidates that score nearly as high as the positive, and near-duplicates of it.
      mining:
        epochs: \(plan.miningInterval)
        sources: [ { name: model, candidates: 50, negatives: 4 } ]
        rules:   [ \(Self.rules.joined(separator: ", ")) ]
        select:  { name: first }

      """
      : """
      # No hard negatives are mined from fewer than \(TrainingPlan.fewestMinedRows) rows: the other documents of a step are negatives already, and of so few documents
      # the hardest are often right answers. With more rows, hone init writes a section 'mining' here.

      """
    let weights =
      plan.choosesWeights
      ? "# The best weights on dev are kept. A run of many steps ends early when dev no longer improves."
      : "# The last weights are kept: \(NumberText.counted(devQueries, "query", plural: "queries")) of dev are too few to choose weights by."
    let patience = plan.choosesWeights ? "patience:  { scores: 3 }\n" : ""
    return """
      # Adapts an embedding model to \(origin)
      #   hone run \(file("adapt.yaml"))
      # \(time)
      recipe: trainBiEncoder
      seed: \(seed)
      # \(lengths)
      model:     { folder: \(Self.yaml(model)), pooling: \(pooling), maximumLength: \(plan.maximumLength) }
      data:      { collection: \(collection), split: train\(plan.minesNegatives ? ", negatives: 1" : "") }
      # \(NumberText.counted(plan.rows, "row")) are \(NumberText.counted(plan.steps, "step")). The documents of a step are negatives of its other queries; 'tokens' bounds the memory.
      batch:     { queries: \(plan.batch), tokens: \(plan.tokens), uniqueTexts: true }
      loss:      { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
      \(mining)optimizer: { name: adamW, rate: \(Self.rate(plan.rate)), decay: 0.01, clip: 1.0 }
      schedule:  { name: linear, warmup: 0.1, epochs: \(plan.epochs) }
      # dev is looked at during training; the verdict is on test, which nothing else reads.
      evaluate:  { collection: \(collection), split: dev, every: \(plan.every), documents: \(plan.evaluatedDocuments), measures: [nDCG@10, recall@\(plan.recall)], verdict: [test] }
      \(patience)cache:     \(cache)
      \(weights)
      output:    { folder: \(Self.yaml(run("adapt"))), weights: \(plan.choosesWeights ? "best" : "last") }

      """
  }

  private var miningMoment: String {
    plan.epochs == 1
      ? "before the first step"
      : plan.miningInterval == 1 ? "before every epoch, with the weights at that time" : "once, before the first step"
  }

  /// `mine.yaml`: hard negatives for the reranker.
  var mine: String {
    """
    # Mines hard negatives for the reranker from the adapted model's own best documents. First: hone run \(file("adapt.yaml"))
    #   hone run \(file("mine.yaml"))
    recipe: mineNegatives
    seed: \(seed)
    model:   { folder: \(Self.yaml(run("adapt/model"))), pooling: \(pooling), maximumLength: \(plan.maximumLength) }
    data:    { collection: \(collection), split: train }
    sources:
      - { name: model, candidates: 50, negatives: 5 }
    rules:
      - \(Self.rules.joined(separator: "\n  - "))
    select:  { name: first }
    cache:   \(cache)
    output:  { folder: \(Self.yaml(run("mine"))), format: texts }

    """
  }

  /// `rerank.yaml`: a reranker on top of the adapted model.
  var rerank: String {
    let length = min(512, max(64, plan.maximumLength + 32))
    let groups = max(4, min(16, plan.rows / 20))
    let steps = 2 * ((plan.rows + groups - 1) / groups)
    return """
      # Trains a reranker for what the adapted model finds. It learns from mined negatives and one random document for each query, and is
      # compared with the adapted model's own order of its 30 best documents. First: hone run \(file("adapt.yaml")), hone run \(file("mine.yaml"))
      #   hone run \(file("rerank.yaml"))
      # A reranker reads query and document together: expect several times the time of adapt.yaml.
      recipe: trainCrossEncoder
      seed: \(seed)
      model:     { folder: \(Self.yaml(run("adapt/model"))), maximumLength: \(min(plan.limitOfPairs, length)) }
      data:      { rows: \(Self.yaml(run("mine/rows.jsonl"))), collection: \(collection), negatives: 3, easyNegatives: { share: 0.34 } }
      batch:     { groups: \(groups), tokens: 8192 }
      loss:      { name: infoNCE, temperature: 1.0, maskKnownPositives: true, inBatchNegatives: false }
      optimizer: { name: adamW, rate: 5e-5, decay: 0.01, clip: 1.0, rates: { classifier: 10 } }
      schedule:  { name: linear, warmup: 0.1, epochs: 2 }
      evaluate:  { collection: \(collection), split: dev, candidates: model, model: \(Self.yaml(run("adapt/model"))), top: 30, every: \(max(1, (steps + 3) / 4)), queries: 100, measures: [nDCG@10, MRR@10], verdict: [test] }
      cache:     \(cache)
      output:    { folder: \(Self.yaml(run("rerank"))), weights: \(plan.choosesWeights ? "best" : "last") }

      """
  }

  // MARK: - Forms of text

  /// A text as a YAML value: plain where it can be nothing else, else in quotation marks.
  static func yaml(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { isLetterOrDigit($0) || "._-/".utf8.contains($0) }
    return isPlain && text.utf8.contains(UInt8(ascii: "/")) && text.utf8.first != UInt8(ascii: "-")
      ? text : JSONValue(text).text()
  }

  /// A path as a word of a shell.
  static func shell(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { isLetterOrDigit($0) || $0 >= 0x80 || "._-/+,@%".utf8.contains($0) }
    return isPlain ? path : "'\(path.replacing("'", with: "'\\''"))'"
  }

  /// True for a letter or digit of ASCII.
  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  private static func rate(_ rate: Double) -> String { "\(NumberText.fixed(rate * 1e5, decimals: 0))e-5" }
}
