import Datasets
import Encoders
import Evaluation
import Files
import Retrieval
import Runs

/// The evaluations of a reranker's training: some queries during training, and all judged queries for the verdict.
///
/// The base is the model before training. A classifier that is new ranks at random; there the base is the ranking of the first
/// stage, if there is one.
struct CrossEncoderEvaluation: TrainingEvaluation {
  /// The plan of evaluations during training and of mixes; nil without `evaluate.every` and `merge`.
  private let development: RerankingPlan?
  /// The plan of the general collection of mixes.
  private let general: RerankingPlan?
  private let verdict: RerankingPlan
  private let isJudged: Bool
  let scoredDepth: Int

  /// Reads the collection and finds the documents to rerank.
  ///
  /// An interrupted run has written the ranking of a model already.
  ///
  /// - Parameter groups: The groups that are trained on.
  init(
    _ settings: RerankingEvaluateSection, merge: MergeSection?, seed: UInt64, training groups: [RankingGroup],
    cache: EncodingCache?, in folder: RunFolder, _ context: RunContext
  ) throws {
    let collection = try Collection(folder: settings.collection)
    var texts = CandidateTexts(collection)
    let verdictSplits = settings.verdictSplits
    let isDeveloped = settings.every != nil || merge != nil
    let splits = verdictSplits + (!isDeveloped || settings.verdictHasSplit ? [] : [settings.split])
    func warn(_ text: String) { context.report(.warning(text)) }
    let all = try EvaluationPlan(
      collection, splits: splits, measures: settings.measures.map(\.measure), excludeSameID: settings.excludeSameID,
      warn: warn)
    let verdictPlan = all.keeping(verdictSplits)
    var overlap = TrainingOverlap(with: all.splits, of: all.documents)
    for group in groups {
      overlap.add(query: group.query, positives: zip(group.documents, group.grades).filter { $0.1 > 0 }.map(\.0))
    }
    overlap.events.forEach(context.report)

    isJudged = settings.candidates == .judged
    let (rankings, top, source): ([Ranking], Int, String)
    switch settings.candidates {
    case .judged: (rankings, top, source) = (try all.judgedCandidates(in: collection.corpus), .max, settings.collection)
    case .run(let file, let best):
      let ranking = try Ranking(file: file)
      for split in verdictPlan.splits { try split.checkCoverage(of: ranking, from: file, warn) }
      (rankings, top, source) = (splits.map { _ in ranking }, best, file)
    case .model(let model, let best):
      let found = try folder.keptRankings("first", of: splits) {
        context.report(.note("finding documents with \(model)"))
        let biEncoder = try BiEncoder(folder: model)
        biEncoder.taskWarning().map(warn)
        return try all.rankings(of: biEncoder, depth: best, cache: cache, report: context.reportOrStop)
      }
      (rankings, top, source) = (found, best, model)
    }
    scoredDepth = top
    verdict = try RerankingPlan(
      verdictPlan, candidates: Array(rankings.prefix(verdictSplits.count)), top: top, &texts, from: source, warn: warn)
    let developed = isDeveloped ? splits.firstIndex(of: settings.split) : nil
    development = try developed.map { index in
      let plan = all.keeping([settings.split])
      return try RerankingPlan(
        settings.queries.map { plan.asking(atMost: $0, seed: seed) } ?? plan, candidates: [rankings[index]], top: top,
        &texts, from: source + (settings.queries.map { ", with 'evaluate.queries' \($0)" } ?? ""),
        warn: settings.verdictHasSplit ? { _ in } : warn)
    }
    general = try merge?.general.map {
      try Self.plan(of: $0, settings, seed: seed, cache: cache, in: folder, context)
    }
    if let warning = merge?.warning(of: settings) { warn(warning) }
  }

  /// The plan of a general collection, whose documents are found as those of the recipe's own.
  private static func plan(
    of general: MergeSection.General, _ settings: RerankingEvaluateSection, seed: UInt64, cache: EncodingCache?,
    in folder: RunFolder, _ context: RunContext
  ) throws -> RerankingPlan {
    let collection = try Collection(folder: general.collection)
    var texts = CandidateTexts(collection)
    func warn(_ text: String) { context.report(.warning(text)) }
    let whole = try EvaluationPlan(
      collection, splits: [general.split], measures: settings.measures.prefix(1).map(\.measure),
      excludeSameID: general.excludeSameID, warn: warn)
    let plan = general.queries.map { whole.asking(atMost: $0, seed: seed) } ?? whole
    let (rankings, top, source): ([Ranking], Int, String)
    switch settings.candidates {
    case .judged, .run:
      (rankings, top, source) = (try plan.judgedCandidates(in: collection.corpus), .max, general.collection)
    case .model(let model, let best):
      let found = try folder.keptRankings("general", of: [general.split]) {
        context.report(.note("finding documents of \(general.name) with \(model)"))
        return try plan.rankings(
          of: BiEncoder(folder: model), depth: best, cache: cache, report: context.reportOrStop)
      }
      (rankings, top, source) = (found, best, model)
    }
    return try RerankingPlan(plan, candidates: rankings, top: top, &texts, from: source, warn: warn)
  }

  var plan: EvaluationPlan { verdict.plan }

  func baseName(of model: CrossEncoder) -> String {
    if isFirstStageBase(of: model) { return RunReport.firstStageName }
    return model.hasFreshClassifier ? "untrained" : "base"
  }

  func start(of model: CrossEncoder, _ context: RunContext) throws -> MeasureRecord? {
    guard let development, isFirstStageBase(of: model) else {
      return try self.development(of: model, step: 0, context)
    }
    return try development.plan.record(of: development.firstRankings, step: 0, context)
  }

  func development(of model: CrossEncoder, step: Int, _ context: RunContext) throws -> MeasureRecord? {
    guard let development else { return nil }
    return try development.plan.record(of: rankings(of: development, by: model, context), step: step, context)
  }

  func developmentValue(of model: CrossEncoder, _ context: RunContext) throws -> Double {
    try development.map { try $0.plan.firstValue(of: rankings(of: $0, by: model, context)) } ?? 0
  }

  func generalValue(of model: CrossEncoder, _ context: RunContext) throws -> Double? {
    try general.map { try $0.plan.firstValue(of: rankings(of: $0, by: model, context)) }
  }

  func baseRankings(of model: CrossEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Ranking] {
    try folder.keptRankings("base", of: plan.splits.map(\.name)) {
      if isFirstStageBase(of: model) { return verdict.firstRankings }
      context.report(.note("evaluating the \(baseName(of: model)) model"))
      return try verdict.rankings(of: model, report: context.reportOrStop)
    }
  }

  func tunedRankings(of model: CrossEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Ranking] {
    context.report(.note("evaluating the tuned model"))
    return try folder.write(rankings(of: verdict, by: model, context), as: "tuned", of: plan.splits.map(\.name))
  }

  func firstStageRankings(of model: CrossEncoder) -> [Ranking]? {
    isJudged || isFirstStageBase(of: model) ? nil : verdict.firstRankings
  }

  /// True if a model is compared with the first stage, since its own order says nothing before training.
  private func isFirstStageBase(of model: CrossEncoder) -> Bool { model.hasFreshClassifier && !isJudged }

  /// The rankings of a model in training, whose scores may become infinite through a rate that is too high.
  private func rankings(of plan: RerankingPlan, by model: CrossEncoder, _ context: RunContext) throws -> [Ranking] {
    do {
      return try plan.rankings(of: model, report: context.reportOrStop)
    } catch let error as ModelError {
      throw RunError(.internalError, "\(error); lower 'optimizer.rate'")
    }
  }
}

extension EvaluationPlan.Split {
  /// Checks that a run file answers queries of the split, and warns about those that it lacks.
  ///
  /// - Throws: `RetrievalError` if it has no query or no judged document of the split.
  fileprivate func checkCoverage(of ranking: Ranking, from file: String, _ warn: (String) -> Void) throws {
    let coverage = Coverage(of: ranking, against: topics)
    try coverage.requireOverlap(of: file, with: "split '\(name)'")
    coverage.warnings(of: file, with: "split '\(name)'", consequence: "they count as 0").forEach(warn)
  }
}
