import Datasets
import Encoders
import Evaluation
import Files
import Retrieval
import Runs
import Words

/// The scores of a reranker's training run: small ones along the way, and the verdict over all judged queries.
///
/// The base is the order of the first stage, or of the untrained model where the judged documents are put in order.
struct RerankingScores {
  /// What is scored during training; nil without `evaluate.every`.
  let development: RerankingPlan?
  let verdict: RerankingPlan
  private let isJudged: Bool

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
    let source = settings.run ?? settings.model ?? settings.collection
    var texts = CandidateTexts(collection)
    let wanted = settings.verdict ?? [settings.split]
    let asked = wanted + (settings.every == nil || wanted.contains(settings.split) ? [] : [settings.split])
    let all = try ScoringPlan(
      collection, splits: asked, measures: settings.measures.map(\.measure), warn: { context.report(.warning($0)) })
    let verdictPlan = all.keeping(wanted)
    verdictPlan.warnOfQueries(in: queries) { context.report(.warning($0)) }

    isJudged = settings.candidates == .judged
    let top = settings.top ?? .max
    let runs: [Run]
    switch settings.candidates {
    case .judged: runs = try all.judgedCandidates(in: collection.corpus)
    case .run:
      let run = try Run(file: settings.run ?? "")
      for split in verdictPlan.splits {
        let missing = split.queries.count { run[$0.id] == nil }
        if missing > 0 {
          context.report(
            .warning(
              "\(settings.run ?? "") lacks \(NumberText.counted(missing, "query", plural: "queries")) of split "
                + "'\(split.name)'; they count as 0"))
        }
      }
      runs = asked.map { _ in run }
    case .model:
      let paths = asked.map { folder.file("first.\($0).run") }
      if folder.isContinued && paths.allSatisfy(Files.exists) {
        runs = try paths.map { try Run(file: $0) }
      } else {
        context.report(.note("finding documents with \(settings.model ?? "")"))
        runs = try all.runs(
          of: BiEncoder(folder: settings.model ?? ""), depth: top, cache: cache, report: context.reportOrStop
        ).written(to: paths, tag: "first")
      }
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

  /// The base's score during training: that of the first stage, or of the untrained model.
  func start(of model: CrossEncoder, _ context: RunContext) throws -> ScoreRecord? {
    guard let development, !isJudged else { return try self.development(of: model, step: 0, context) }
    return try development.plan.record(of: development.firstRuns, step: 0, context)
  }

  /// The scores during training; nil where there are none.
  func development(of model: CrossEncoder, step: Int, _ context: RunContext) throws -> ScoreRecord? {
    guard let development else { return nil }
    return try development.plan.record(of: runs(of: development, by: model, context), step: step, context)
  }

  /// The ranked lists to compare with; an interrupted run has written them already.
  func baseRuns(of model: CrossEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Run] {
    let paths = verdict.plan.splits.map { folder.file("base.\($0.name).run") }
    if folder.isContinued && paths.allSatisfy(Files.exists) { return try paths.map { try Run(file: $0) } }
    if !isJudged { return try verdict.firstRuns.written(to: paths, tag: "base") }
    context.report(.note("scoring the untrained model"))
    return try verdict.runs(of: model, report: context.reportOrStop).written(to: paths, tag: "base")
  }

  /// The tuned model's ranked lists.
  func tunedRuns(of model: CrossEncoder, in folder: RunFolder, _ context: RunContext) throws -> [Run] {
    context.report(.note("scoring the tuned model"))
    let paths = verdict.plan.splits.map { folder.file("tuned.\($0.name).run") }
    return try runs(of: verdict, by: model, context).written(to: paths, tag: "tuned")
  }

  /// The ranked lists of a model in training, whose scores can leave the finite numbers by no fault of the input.
  private func runs(of plan: RerankingPlan, by model: CrossEncoder, _ context: RunContext) throws -> [Run] {
    do {
      return try plan.runs(of: model, report: context.reportOrStop)
    } catch let error as ModelError {
      throw RunError(.internalError, "\(error); lower 'optimizer.rate'")
    }
  }
}
