import Datasets
import Encoders
import Evaluation
import Files
import Retrieval
import Runs
import Words

/// The evaluations of a reranker's training run: some queries during training, and the verdict over all judged queries.
///
/// The base is the order of the first stage, or of the untrained model where the judged documents are put in order.
struct CrossEncoderEvaluation: TrainingEvaluation {
  /// The plan of evaluations during training; nil without `evaluate.every`.
  private let development: RerankingPlan?
  private let verdict: RerankingPlan
  private let isJudged: Bool
  let baseName: String

  /// Reads the collection and finds the documents that are put in order.
  ///
  /// An interrupted run has written those of a model already.
  ///
  /// - Parameter queries: The queries that are trained on.
  init(
    _ settings: RerankingEvaluateSection, seed: UInt64, training queries: [String], cache: EncodingCache?,
    in folder: RunFolder, _ context: RunContext
  ) throws {
    let collection = try Collection(folder: settings.collection)
    var texts = CandidateTexts(collection)
    let wanted = settings.verdict ?? [settings.split]
    let asked = wanted + (settings.every == nil || wanted.contains(settings.split) ? [] : [settings.split])
    let all = try ScoringPlan(
      collection, splits: asked, measures: settings.measures.map(\.measure), warn: { context.report(.warning($0)) })
    let verdictPlan = all.keeping(wanted)
    verdictPlan.warnOfQueries(in: queries) { context.report(.warning($0)) }

    isJudged = settings.candidates == .judged
    baseName = settings.baseName
    let (runs, top, source): ([Run], Int, String)
    switch settings.candidates {
    case .judged: (runs, top, source) = (try all.judgedCandidates(in: collection.corpus), .max, settings.collection)
    case .run(let file, let best):
      let run = try Run(file: file)
      for split in verdictPlan.splits {
        let missing = split.queries.count { run[$0.id] == nil }
        if missing > 0 {
          context.report(
            .warning(
              "\(file) lacks \(NumberText.counted(missing, "query", plural: "queries")) of split "
                + "'\(split.name)'; they count as 0"))
        }
      }
      (runs, top, source) = (asked.map { _ in run }, best, file)
    case .model(let model, let best):
      let found = try folder.keptRuns("first", of: asked) {
        context.report(.note("finding documents with \(model)"))
        return try all.runs(of: BiEncoder(folder: model), depth: best, cache: cache, report: context.reportOrStop)
      }
      (runs, top, source) = (found, best, model)
    }
    verdict = try RerankingPlan(
      verdictPlan, candidates: Array(runs.prefix(wanted.count)), top: top, &texts, from: source)
    development = try settings.every.flatMap { _ in asked.firstIndex(of: settings.split) }.map { place in
      let plan = all.keeping([settings.split])
      return try RerankingPlan(
        settings.queries.map { plan.asking(atMost: $0, seed: seed) } ?? plan, candidates: [runs[place]], top: top,
        &texts, from: source)
    }
  }

  var plan: ScoringPlan { verdict.plan }

  func start(of model: CrossEncoder, _ context: RunContext) throws -> ScoreRecord? {
    guard let development, !isJudged else { return try self.development(of: model, step: 0, context) }
    return try development.plan.record(of: development.firstRuns, step: 0, context)
  }

  func development(of model: CrossEncoder, step: Int, _ context: RunContext) throws -> ScoreRecord? {
    guard let development else { return nil }
    return try development.plan.record(of: runs(of: development, by: model, context), step: step, context)
  }

  func baseRuns(of model: CrossEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Run] {
    try folder.keptRuns("base", of: plan.splits.map(\.name)) {
      if !isJudged { return verdict.firstRuns }
      context.report(.note("scoring the untrained model"))
      return try verdict.runs(of: model, report: context.reportOrStop)
    }
  }

  func tunedRuns(of model: CrossEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Run] {
    context.report(.note("scoring the tuned model"))
    return try folder.write(runs(of: verdict, by: model, context), as: "tuned", of: plan.splits.map(\.name))
  }

  /// The rankings of a model in training, whose scores can become infinite by no fault of the input.
  private func runs(of plan: RerankingPlan, by model: CrossEncoder, _ context: RunContext) throws -> [Run] {
    do {
      return try plan.runs(of: model, report: context.reportOrStop)
    } catch let error as ModelError {
      throw RunError(.internalError, "\(error); lower 'optimizer.rate'")
    }
  }
}
