import Datasets
import Encoders
import Evaluation
import Files
import Retrieval
import Runs

/// The evaluations of a reranker's training: some queries during training, and all judged queries for the verdict.
///
/// The base is the ranking of the first stage, or of the untrained model where the judged documents are reranked.
struct CrossEncoderEvaluation: TrainingEvaluation {
  /// The plan of evaluations during training; nil without `evaluate.every`.
  private let development: RerankingPlan?
  private let verdict: RerankingPlan
  private let isJudged: Bool
  let baseName: String

  /// Reads the collection and finds the documents to rerank.
  ///
  /// An interrupted run has written the ranking of a model already.
  ///
  /// - Parameter queries: The queries that are trained on.
  init(
    _ settings: RerankingEvaluateSection, seed: UInt64, training queries: [String], cache: EncodingCache?,
    in folder: RunFolder, _ context: RunContext
  ) throws {
    let collection = try Collection(folder: settings.collection)
    var texts = CandidateTexts(collection)
    let verdictSplits = settings.verdict ?? [settings.split]
    let splits =
      verdictSplits + (settings.every == nil || verdictSplits.contains(settings.split) ? [] : [settings.split])
    let all = try EvaluationPlan(
      collection, splits: splits, measures: settings.measures.map(\.measure), warn: { context.report(.warning($0)) })
    let verdictPlan = all.keeping(verdictSplits)
    verdictPlan.warnOfQueries(in: queries) { context.report(.warning($0)) }

    isJudged = settings.candidates == .judged
    baseName = settings.baseName
    let (rankings, top, source): ([Ranking], Int, String)
    switch settings.candidates {
    case .judged: (rankings, top, source) = (try all.judgedCandidates(in: collection.corpus), .max, settings.collection)
    case .run(let file, let best):
      let ranking = try Ranking(file: file)
      for split in verdictPlan.splits {
        let coverage = Coverage(of: ranking, against: split.topics)
        let name = "split '\(split.name)'"
        try coverage.requireOverlap(of: file, with: name)
        for warning in coverage.warnings(of: file, with: name, consequence: "they count as 0") {
          context.report(.warning(warning))
        }
      }
      (rankings, top, source) = (splits.map { _ in ranking }, best, file)
    case .model(let model, let best):
      let found = try folder.keptRankings("first", of: splits) {
        context.report(.note("finding documents with \(model)"))
        return try all.rankings(of: BiEncoder(folder: model), depth: best, cache: cache, report: context.reportOrStop)
      }
      (rankings, top, source) = (found, best, model)
    }
    verdict = try RerankingPlan(
      verdictPlan, candidates: Array(rankings.prefix(verdictSplits.count)), top: top, &texts, from: source)
    development = try settings.every.flatMap { _ in splits.firstIndex(of: settings.split) }.map { index in
      let plan = all.keeping([settings.split])
      return try RerankingPlan(
        settings.queries.map { plan.asking(atMost: $0, seed: seed) } ?? plan, candidates: [rankings[index]], top: top,
        &texts, from: source)
    }
  }

  var plan: EvaluationPlan { verdict.plan }

  func start(of model: CrossEncoder, _ context: RunContext) throws -> MeasureRecord? {
    guard let development, !isJudged else { return try self.development(of: model, step: 0, context) }
    return try development.plan.record(of: development.firstRankings, step: 0, context)
  }

  func development(of model: CrossEncoder, step: Int, _ context: RunContext) throws -> MeasureRecord? {
    guard let development else { return nil }
    return try development.plan.record(of: rankings(of: development, by: model, context), step: step, context)
  }

  func baseRankings(of model: CrossEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Ranking] {
    try folder.keptRankings("base", of: plan.splits.map(\.name)) {
      if !isJudged { return verdict.firstRankings }
      context.report(.note("evaluating the untrained model"))
      return try verdict.rankings(of: model, report: context.reportOrStop)
    }
  }

  func tunedRankings(of model: CrossEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Ranking] {
    context.report(.note("evaluating the tuned model"))
    return try folder.write(rankings(of: verdict, by: model, context), as: "tuned", of: plan.splits.map(\.name))
  }

  /// The rankings of a model in training, whose scores may become infinite through a rate that is too high.
  private func rankings(of plan: RerankingPlan, by model: CrossEncoder, _ context: RunContext) throws -> [Ranking] {
    do {
      return try plan.rankings(of: model, report: context.reportOrStop)
    } catch let error as ModelError {
      throw RunError(.internalError, "\(error); lower 'optimizer.rate'")
    }
  }
}
