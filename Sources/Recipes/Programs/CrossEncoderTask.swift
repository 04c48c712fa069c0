import Datasets
import Encoders
import Files
import Layers
import OrderedCollections
import Runs
import Tensors
import Tokenizers
import Training
import Words

/// Training of a reranker on groups of documents.
struct CrossEncoderTask: TrainingTask {
  private let recipe: TrainCrossEncoder
  let data: GroupData
  private let objective: any RankingLoss
  private var epoch: GroupEpoch

  /// Reads the groups.
  init(_ recipe: TrainCrossEncoder, _ context: RunContext) throws {
    self.recipe = recipe
    data = try GroupData(recipe.data, batch: recipe.batch, loss: recipe.loss, seed: recipe.seed) {
      context.report(.warning($0))
    }
    objective = recipe.loss.loss
    epoch = data.epoch(0)
  }

  // MARK: - Model and evaluation

  func makeModel() throws -> StartingModel<CrossEncoder> {
    let model = try recipe.model.load(seed: recipe.seed)
    if recipe.merge != nil && model.hasFreshClassifier {
      throw RunError(
        .badRecipe,
        "'merge': \(recipe.model.folder) has no classifier, so that there is no base to mix with; train from a reranker, or "
          + "remove it")
    }
    return try StartingModel(
      model, recipe.lora, fresh: model.hasFreshClassifier ? Array(model.head.parameters.keys) : [], seed: recipe.seed)
  }

  func notes(about model: CrossEncoder) -> [String] {
    model.hasFreshClassifier ? ["\(recipe.model.folder) has no classifier; the seed draws one"] : []
  }

  func cutTexts(by model: CrossEncoder) throws -> CutTexts {
    var unlimited = model
    unlimited.maximumLength = .max
    let groups = data.distinctPairs
    let pairs = groups.flatMap { $0 }
    var next = 0
    let numbers = groups.map { group in
      next += group.count
      return Array(next - group.count..<next)
    }
    func tokens(_ pair: Int, by model: CrossEncoder) throws -> Encoding {
      try model.tokenize(query: data.query(of: pairs[pair].group), document: pairs[pair].document)
    }
    return CutTexts(
      limit: model.maximumLength,
      sides: [
        try CutTexts.Side(
          "pairs", groups: numbers, limit: model.maximumLength, place: { data.place(of: pairs[$0].group) },
          whole: { try tokens($0, by: unlimited) }, cut: { try tokens($0, by: model) })
      ])
  }

  func makeEvaluation(in folder: RunFolder, _ context: RunContext) throws -> CrossEncoderEvaluation? {
    try recipe.evaluate.map {
      try CrossEncoderEvaluation(
        $0, merge: recipe.merge, seed: recipe.seed, training: data.groups.groups, cache: recipe.cache?.open(),
        in: folder, context)
    }
  }

  func cardKind(of model: CrossEncoder, name: String) -> ModelCard.Kind {
    let candidates =
      switch recipe.evaluate?.candidates {
      case .model(_, let top), .run(_, let top):
        "the \(NumberText.counted(top, "document")) that a first stage found best"
      case .judged, nil: "the documents judged"
      }
    return .crossEncoder(
      model, base: recipe.model.folder, name: name, candidates: candidates)
  }

  // MARK: - Steps

  var batches: [[Int]] { epoch.batches }

  mutating func prepare(for run: inout TrainingRun<CrossEncoder>, _ context: RunContext) -> MiningReport? {
    let number = run.progress.state.epoch
    if epoch.number != number { epoch = data.epoch(number) }
    return nil
  }

  func step(_ groups: [Int]) -> GroupStep { epoch.step(groups) }

  func sequences(of step: GroupStep, for model: CrossEncoder) throws -> [TrainingSequence] {
    try step.groups.flatMap { group in
      try group.documents.map {
        TrainingSequence(encoding: try model.tokenize(query: group.query, document: $0))
      }
    }
  }

  func encode(_ batch: TokenBatch, by model: CrossEncoder, _ context: inout ForwardContext) -> Tensor {
    model(batch, &context).reshaped(to: [batch.count, 1])
  }

  func loss(of logits: Tensor, for step: GroupStep) -> Tensor {
    objective(step.targets.rectangle(of: logits), targets: step.targets)
  }

  func spread(of logits: Tensor, for step: GroupStep) -> Double {
    Spread.largest(of: logits.elements, groups: step.groups.map(\.documents.count))
  }
}
