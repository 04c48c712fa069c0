import Datasets
import Encoders
import Evaluation
import Files
import Retrieval
import Runs
import Words

extension TrainBiEncoder {
  /// The scores of a training run: small ones along the way, and the verdict over the whole corpus.
  struct Scoring {
    /// What is scored during training; nil without `evaluate.every`.
    let development: ScoringPlan?
    let verdict: ScoringPlan
    /// Keeps the vectors of the verdict, where one is wanted.
    let cache: EncodingCache?

    init(
      _ settings: EvaluateSection, seed: UInt64, training rows: [TrainingRow], cache: EncodingCache?,
      context: RunContext
    ) throws {
      self.cache = cache
      let collection = try Collection(folder: settings.collection)
      let measures = settings.measures.map(\.measure)
      func warn(_ text: String) { context.report(.warning(text)) }
      verdict = try ScoringPlan(
        collection, splits: settings.verdict ?? [settings.split], measures: measures, warn: warn)
      development = try settings.every.map { _ in
        try ScoringPlan(
          collection, splits: [settings.split], measures: measures, limit: settings.documents, seed: seed,
          warn: { _ in })
      }
      verdict.warnOfQueries(in: rows.lazy.map(\.query), warn)
    }

    /// The scores during training; nil where there are none.
    func development(of model: BiEncoder, step: Int, _ context: RunContext) throws -> ScoreRecord? {
      guard let development else { return nil }
      return try development.record(
        of: development.runs(of: model, report: context.reportOrStop), step: step, context)
    }

    /// The base model's ranked lists; an interrupted run has written them already.
    func baseRuns(of model: BiEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Run] {
      let paths = verdict.splits.map { folder.file("base.\($0.name).run") }
      if folder.isContinued && paths.allSatisfy(Files.exists) { return try paths.map { try Run(file: $0) } }
      context.report(.note("scoring the base model"))
      return try verdict.runs(of: model, cache: cache, report: context.reportOrStop).written(to: paths, tag: "base")
    }

    /// The tuned model's ranked lists.
    func tunedRuns(of model: BiEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Run] {
      context.report(.note("scoring the tuned model"))
      let paths = verdict.splits.map { folder.file("tuned.\($0.name).run") }
      return try verdict.runs(of: model, cache: cache, report: context.reportOrStop).written(to: paths, tag: "tuned")
    }
  }
}

extension ScoringPlan {
  /// The means of runs of the first split in the course of training, which are also told to the person who waits.
  func record(of runs: [Run], step: Int, _ context: RunContext) throws -> ScoreRecord {
    let values = zip(measures, try evaluations(of: runs).first?.means ?? []).map {
      ScoreRecord.Value(measure: $0.description, value: $1)
    }
    let shown = values.map { "\($0.measure) \(NumberText.fixed($0.value, decimals: 4))" }.joined(separator: ", ")
    context.report(.note("after step \(step): \(shown) on \(splits.map(\.name).joined())"))
    return ScoreRecord(step: step, values: values)
  }

  /// Warns where queries of a split are trained on.
  func warnOfQueries(in training: some Sequence<String>, _ warn: (String) -> Void) {
    let trained = Set(training)
    for split in splits {
      let count = split.queries.count { trained.contains($0.text) }
      if count > 0 {
        warn(
          "\(NumberText.count(count)) of \(NumberText.counted(split.queries.count, "query", plural: "queries")) of split "
            + "'\(split.name)' are training queries too; the scores on them say little")
      }
    }
  }
}
