import Datasets
import Encoders
import Files
import Retrieval
import Runs
import Evaluation

/// The evaluations of a bi-encoder's training run: a small corpus during training, and the verdict over the whole corpus.
struct BiEncoderEvaluation: TrainingEvaluation {
  /// The plan of evaluations during training; nil without `evaluate.every`.
  private let development: ScoringPlan?
  let plan: ScoringPlan
  /// The vectors of the verdict are kept here, where a cache is wanted.
  private let cache: EncodingCache?

  init(
    _ settings: EvaluateSection, seed: UInt64, training rows: [TrainingRow], cache: EncodingCache?,
    context: RunContext
  ) throws {
    self.cache = cache
    let collection = try Collection(folder: settings.collection)
    let measures = settings.measures.map(\.measure)
    func warn(_ text: String) { context.report(.warning(text)) }
    plan = try ScoringPlan(collection, splits: settings.verdict ?? [settings.split], measures: measures, warn: warn)
    development = try settings.every.map { _ in
      try ScoringPlan(
        collection, splits: [settings.split], measures: measures, limit: settings.documents, seed: seed,
        warn: { _ in })
    }
    plan.warnOfQueries(in: rows.lazy.map(\.query), warn)
  }

  var baseName: String { "base" }

  func start(of model: BiEncoder, _ context: RunContext) throws -> ScoreRecord? {
    try development(of: model, step: 0, context)
  }

  func development(of model: BiEncoder, step: Int, _ context: RunContext) throws -> ScoreRecord? {
    guard let development else { return nil }
    return try development.record(
      of: development.runs(of: model, report: context.reportOrStop), step: step, context)
  }

  func baseRuns(of model: BiEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Run] {
    try folder.keptRuns("base", of: plan.splits.map(\.name)) {
      context.report(.note("scoring the base model"))
      return try plan.runs(of: model, cache: cache, report: context.reportOrStop)
    }
  }

  func tunedRuns(of model: BiEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Run] {
    context.report(.note("scoring the tuned model"))
    return try folder.write(
      plan.runs(of: model, cache: cache, report: context.reportOrStop), as: "tuned", of: plan.splits.map(\.name))
  }
}
