import Datasets
import Encoders
import Files
import Retrieval
import Runs
import Evaluation

/// The evaluations of a bi-encoder's training: a small corpus during training, and the whole corpus for the verdict.
struct BiEncoderEvaluation: TrainingEvaluation {
  /// The plan of evaluations during training and of mixes; nil without `evaluate.every` and `merge`.
  private let development: EvaluationPlan?
  /// The plan of the general collection of mixes.
  private let general: EvaluationPlan?
  let plan: EvaluationPlan
  /// The cache of the verdict's vectors; nil without the section `cache`.
  private let cache: EncodingCache?

  init(
    _ settings: EvaluateSection, merge: MergeSection?, seed: UInt64, training rows: [TrainingRow],
    cache: EncodingCache?, context: RunContext
  ) throws {
    self.cache = cache
    let collection = try Collection(folder: settings.collection)
    let measures = settings.measures.map(\.measure)
    func warn(_ text: String) { context.report(.warning(text)) }
    plan = try EvaluationPlan(
      collection, splits: settings.verdictSplits, measures: measures, excludeSameID: settings.excludeSameID, warn: warn)
    development =
      settings.every == nil && merge == nil
      ? nil
      : try EvaluationPlan(
        collection, splits: [settings.split], measures: measures, excludeSameID: settings.excludeSameID,
        limit: settings.documents, seed: seed, warn: settings.verdictHasSplit ? { _ in } : warn)
    general = try merge?.general.map { general in
      try EvaluationPlan(
        Collection(folder: general.collection), splits: [general.split], measures: Array(measures.prefix(1)),
        excludeSameID: general.excludeSameID, limit: general.documents, seed: seed, warn: warn)
    }
    if let warning = merge?.warning(of: settings) { warn(warning) }
    let others = settings.verdictHasSplit ? [] : development?.splits ?? []
    var overlap = TrainingOverlap(with: plan.splits + others, of: plan.documents)
    for row in rows { overlap.add(query: row.query, positives: row.label ?? 1 > 0 ? [row.positive] : []) }
    overlap.events.forEach(context.report)
  }

  func baseName(of model: BiEncoder) -> String { "base" }

  func start(of model: BiEncoder, _ context: RunContext) throws -> MeasureRecord? {
    try development(of: model, step: 0, context)
  }

  func development(of model: BiEncoder, step: Int, _ context: RunContext) throws -> MeasureRecord? {
    guard let development else { return nil }
    return try development.record(
      of: development.rankings(of: model, report: context.reportOrStop), step: step, context)
  }

  func developmentValue(of model: BiEncoder, _ context: RunContext) throws -> Double {
    try development.map { try value(of: model, on: $0, context) } ?? 0
  }

  func generalValue(of model: BiEncoder, _ context: RunContext) throws -> Double? {
    try general.map { try value(of: model, on: $0, context) }
  }

  /// The first measure on the first split of a plan.
  private func value(of model: BiEncoder, on plan: EvaluationPlan, _ context: RunContext) throws -> Double {
    try plan.firstValue(of: plan.rankings(of: model, report: context.reportOrStop))
  }

  func baseRankings(of model: BiEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Ranking] {
    try folder.keptRankings("base", of: plan.splits.map(\.name)) {
      context.report(.note("evaluating the base model"))
      return try plan.rankings(of: model, cache: cache, report: context.reportOrStop)
    }
  }

  func tunedRankings(of model: BiEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Ranking] {
    context.report(.note("evaluating the tuned model"))
    return try folder.write(
      plan.rankings(of: model, cache: cache, report: context.reportOrStop), as: "tuned", of: plan.splits.map(\.name))
  }
}
