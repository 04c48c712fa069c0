import Datasets
import Encoders
import Evaluation
import Kernels
import Layers
import OrderedCollections
import Retrieval
import Runs
import Tensors
import Tokenizers
import Training
import Words

/// Training of a bi-encoder on rows, with optional mining during training and an optional guide.
struct BiEncoderTask: TrainingTask {
  private let recipe: TrainBiEncoder
  private(set) var data: RowData
  private let objective: TrainingLoss
  /// The section of mining and its corpus; nil where none is mined.
  private let mining: (section: MiningSection, corpus: Corpus)?
  private var guide: Guide?
  private var epoch: RowEpoch

  /// Reads the rows, the corpus to mine and the guide.
  init(_ recipe: TrainBiEncoder, _ context: RunContext) throws {
    self.recipe = recipe
    let data = try RowData(
      recipe.data, batch: recipe.batch, loss: recipe.loss, seed: recipe.seed, isMined: recipe.mining != nil,
      corpus: recipe.mining?.corpus
    ) { context.report(.warning($0)) }
    self.data = data
    objective = TrainingLoss(recipe.loss.loss, matryoshka: recipe.matryoshka)
    mining = try recipe.mining.map { section in
      let corpus = try MinedRows.candidates(in: data.corpus) { context.report(.warning($0)) }
      SameIDs(data.rows.identifiedQueries, in: corpus).warning(
        isExcluded: section.settings.excludeSameID, setting: "mining.excludeSameID", place: "to mine for"
      ).map { context.report(.warning($0)) }
      return (section, corpus)
    }
    guide = try recipe.guide.map { try Guide($0) { context.report(.warning($0)) } }
    epoch = data.epoch(0)
  }

  // MARK: - Model and evaluation

  func makeModel() throws -> StartingModel<BiEncoder> {
    var start = try adaptedBase
    if let dense = recipe.dense { start.extend { dense.append(to: $0, seed: recipe.seed) } }
    try recipe.matryoshka?.check(against: start.model)
    return start
  }

  /// The base model, with its adapters.
  private var adaptedBase: StartingModel<BiEncoder> {
    get throws { try StartingModel(recipe.model.load(seed: recipe.seed), recipe.lora, seed: recipe.seed) }
  }

  func notes(about model: BiEncoder) -> [String] { model.taskWarning(choosing: "model.task").map { [$0] } ?? [] }

  func cutTexts(by model: BiEncoder) throws -> CutTexts {
    var unlimited = model
    unlimited.maximumLength = .max
    func side(_ name: String, _ role: TextRole, _ texts: (TrainingRow) -> [String]) throws -> CutTexts.Side {
      var distinct: OrderedSet<ExactText> = []
      var rows: [Int] = []
      for (row, content) in data.rows.enumerated() {
        for text in texts(content) where distinct.append(ExactText(text)).inserted { rows.append(row) }
      }
      return try CutTexts.Side(
        name, groups: [Array(distinct.indices)], limit: model.maximumLength, place: { data.place(of: rows[$0]) },
        whole: { try unlimited.tokenize([distinct[$0].text], as: role)[0] },
        cut: { try model.tokenize([distinct[$0].text], as: role)[0] })
    }
    return CutTexts(
      limit: model.maximumLength,
      sides: [
        try side("queries", .query) { [$0.query] }, try side("documents", .document) { [$0.positive] + $0.negatives },
      ])
  }

  /// The base model, without a new Dense module.
  func baseModel(_ start: BiEncoder) throws -> BiEncoder {
    recipe.dense == nil ? start : try adaptedBase.model.mergingAdapters()
  }

  func makeEvaluation(in folder: RunFolder, _ context: RunContext) throws -> BiEncoderEvaluation? {
    try recipe.evaluate.map {
      try BiEncoderEvaluation(
        $0, merge: recipe.merge, seed: recipe.seed, training: data.rows, cache: recipe.cache?.open(), context: context)
    }
  }

  func cardKind(of model: BiEncoder, name: String) -> ModelCard.Kind {
    .biEncoder(model, base: recipe.model.folder, name: name, deed: "fine-tuned")
  }

  // MARK: - Epochs

  var batches: [[Int]] { epoch.batches }

  var minesNegatives: Bool { mining != nil }

  /// The models that judge candidates.
  var inputsOfMining: [RunInput] { mining?.section.settings.rules.flatMap(\.inputs) ?? [] }

  mutating func restore(from run: TrainingRun<BiEncoder>) throws {
    if let rows = run.minedRows { try data.replaceNegatives(with: rows) { _ in } }
    epoch = data.epoch(run.progress.state.epoch)
  }

  mutating func prepare(for run: inout TrainingRun<BiEncoder>, _ context: RunContext) throws -> MiningReport? {
    let report = try mineIfDue(for: &run, context)
    let number = run.progress.state.epoch
    if report != nil || epoch.number != number { epoch = data.epoch(number) }
    // Texts that the guide has encoded already cost nothing.
    try guide?.prepare(for: epoch.rows, report: context.reportOrStop)
    return report
  }

  /// Mines new negatives with the current weights where that is due.
  private mutating func mineIfDue(
    for run: inout TrainingRun<BiEncoder>, _ context: RunContext
  ) throws -> MiningReport? {
    let state = run.progress.state
    guard let mining, mining.section.isDue(at: state) else { return nil }
    let started = ContinuousClock.now
    // Each mining makes other random choices.
    let mined = try MinedRows(
      data.rows, judged: data.judged, corpus: mining.corpus,
      model: run.model.evaluated(in: recipe.precision.precision),
      settings: mining.section.settings, seed: recipe.seed &+ UInt64(state.step), context)
    EngineMemory.releaseUnused()
    let seconds = started.duration(to: .now).seconds
    let report = MiningReport(mined, settings: mining.section.settings, seconds: seconds)
    try data.replaceNegatives(with: mined.rows) { context.report(.warning($0)) }
    run.minedRows = mined.rows
    run.progress.mining = run.progress.mining ?? TrainingProgress.Mining()
    run.progress.mining?.count += 1
    run.progress.mining?.seconds += seconds
    run.progress.watch.restart()
    context.report(.note("mined after step \(state.step): \(report.sentence)"))
    return report
  }

  // MARK: - Steps

  func step(_ rows: [Int]) -> RowStep { epoch.step(rows, guide: guide) }

  func sequences(of step: RowStep, for model: BiEncoder) throws -> [TrainingSequence] {
    func sequences(_ texts: [String], as role: TextRole) throws -> [TrainingSequence] {
      let excluded = try model.excludedTokens(as: role)
      return try model.tokenize(texts, as: role).map { TrainingSequence(encoding: $0, excludedTokens: excluded) }
    }
    return try sequences(step.queries, as: .query) + sequences(step.documents, as: .document)
  }

  func encode(_ batch: TokenBatch, by model: BiEncoder, _ context: inout ForwardContext) -> Tensor {
    model(batch, &context)
  }

  func loss(of embeddings: Tensor, for step: RowStep) -> Tensor {
    let (queries, documents) = Self.sides(of: embeddings, step)
    return objective(queries: queries, documents: documents, targets: step.targets)
  }

  /// The largest difference between the cosines of a query, or among all cosines if there is one document.
  func spread(of embeddings: Tensor, for step: RowStep) -> Double {
    let (queries, documents) = Self.sides(of: embeddings, step)
    let scores = Similarity.cosine(queries: queries, documents: documents)
    return Spread.largest(
      of: scores.elements, groups: Array(repeating: step.documents.count, count: step.queries.count))
  }

  private static func sides(of embeddings: Tensor, _ step: RowStep) -> (queries: Tensor, documents: Tensor) {
    let queries = step.queries.count
    return (embeddings.slice(0..<queries), embeddings.slice(queries..<queries + step.documents.count))
  }
}

extension MiningSection {
  /// True if negatives are mined before the next step.
  fileprivate func isDue(at state: TrainingState) -> Bool {
    switch every {
    case .steps(let count): state.step.isMultiple(of: count)
    case .epochs(let count): state.position == 0 && state.epoch.isMultiple(of: count)
    }
  }
}
