import Datasets
import Encoders
import Evaluation
import Files
import JSONText
import Kernels
import Retrieval
import Runs
import SettingKeys
import Settings
import Words

/// Evaluates a pipeline before and after its second stage: a bi-encoder finds documents, a cross-encoder orders the
/// best of them by its raw logits.
///
/// Every judged query counts, and relevant documents that the first stage missed count against both stages. The recall
/// of the first stage, and the best possible order of the documents it found, show the ceiling of the second.
struct EvaluateReranking: Recipe, Equatable {
  static let name = "evaluateReranking"
  static let summary =
    "Evaluates a pipeline before and after its second stage: a bi-encoder finds documents, a cross-encoder orders the "
    + "best of them."

  var retriever: FolderSection
  var fusion: Fusion?
  var reranker: FolderSection
  var top: Int
  var precision: Precision
  var evaluate: SplitsSection
  var latency: Latency?
  var cache: CacheSection?
  var output: FolderSection

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("retriever.folder", retriever.folder)
    checks.modelFolder("reranker.folder", reranker.folder)
    checks.require(
      (1...Measure.largestCut).contains(top), "top", else: "\(top) is not between 1 and \(Measure.largestCut)")
    fusion?.validate(checks, top: top)
    evaluate.validate(checks)
    latency?.validate(checks, fusion: fusion)
    cache?.validate(checks)
    checks.outputFolder("output.folder", output.folder)
  }

  var inputs: [RunInput] {
    [.model(retriever.folder), .model(reranker.folder)] + evaluate.inputs
  }

  var outputFolder: String { output.folder }

  func run(in context: RunContext) throws -> Outcome {
    try context.perform(self) { folder in
      let collection = try Collection(folder: evaluate.collection)
      let plan = try evaluate.plan(of: collection, context)
      // Loaded first, so that its errors come before the corpus is encoded.
      precision.note.map { context.report(.note($0)) }
      let crossEncoder = try CrossEncoder(folder: reranker.folder, labels: 1).computing(in: precision)
      let biEncoder = try BiEncoder(folder: retriever.folder).computing(in: precision)
      biEncoder.taskWarning().map { context.report(.warning($0)) }
      try folder.inputs.confirm()
      let firstStage = try FirstStage(
        biEncoder, plan, fusion: fusion, cache: cache?.open(),
        report: context.reportOrStop)
      var texts = CandidateTexts(collection)
      let depth = max(top, plan.measures.map(\.depth).max() ?? 0)
      var (found, reranked): ([Ranking], [Ranking]) = ([], [])
      for split in plan.splits {
        let first = try firstStage.ranking(
          of: split.queries, depth: depth, task: "encoding queries of \(split.name)", report: context.reportOrStop)
        OrderDecision(of: first, top: top, split, measures: plan.measures).emptiness
          .map { context.report(.warning($0)) }
        try first.write(to: folder.file("first.\(split.name).run"), tag: "first")
        let second = try RerankingCandidates(first, top: top, &texts, from: "the first stage").reranked(
          by: crossEncoder, task: "reranking \(split.name)", report: context.reportOrStop)
        try second.write(to: folder.file("reranked.\(split.name).run"), tag: "reranked")
        found.append(first)
        reranked.append(second)
      }

      var report = RunReport(recipe: Self.name, folder: folder.path, settings: context.recipe)
      report.names = (base: RunReport.firstStageName, tuned: "reranked")
      report.comparisons = try plan.comparisons(base: found, tuned: reranked)
      try report.add(plan, base: found, tuned: reranked, depth: top)
      let ceilings = try zip(plan.splits, found).map { try RerankingCeiling(of: $1, $0, plan.measures, top: top) }
      report.tables = [RerankingCeiling.table(ceilings, comparisons: report.comparisons, top: top)]
      report.details = [
        ("retriever", JSONValue(retriever.folder)), ("reranker", JSONValue(reranker.folder)), ("top", JSONValue(top)),
        ("precision", JSONValue(precision.rawValue)),
        ("ceilings", .array(ceilings.map(\.json))),
      ]
      if let measured = try measuredLatency(of: firstStage, crossEncoder, plan, &texts, context) {
        report.tables.append(measured.table)
        report.details.append(("latency", measured.json))
      }
      report.facts = facts(plan)
      report.addTimes(folder.seconds)
      return try report.conclusion(after: report.tables.flatMap(\.lines))
    }
  }

  /// The latency for the numbers of candidates that the collection has; nil where the recipe times nothing.
  private func measuredLatency(
    of firstStage: FirstStage, _ model: CrossEncoder, _ plan: EvaluationPlan, _ texts: inout CandidateTexts,
    _ context: RunContext
  ) throws -> PipelineLatency? {
    guard var settings = latency else { return nil }
    let requested = settings.candidates.count
    settings.candidates.removeAll { $0 > plan.documents.count }
    if settings.candidates.count < requested {
      context.report(
        .warning(
          "the collection has only \(NumberText.counted(plan.documents.count, "document")); reranking more is not timed"
        ))
    }
    if settings.candidates.isEmpty { return nil }
    return try PipelineLatency(
      of: firstStage, model, queries: plan.splits.first?.queries ?? [], settings: settings, texts: &texts,
      report: context.reportOrStop)
  }

  private func facts(_ plan: EvaluationPlan) -> [RunReport.Fact] {
    let joined = fusion.map { fusion in
      let weights = (fusion.weights ?? [1, 1]).map { "\($0)" }.joined(separator: " and ")
      return "with BM25 by reciprocal ranks, constant \(fusion.constant), weights \(weights)"
    }
    return [
      ("retriever", retriever.folder), ("fusion", joined ?? "none"), ("reranker", reranker.folder),
      ("reranked", "the best \(NumberText.count(top)) of a query"), ("collection", evaluate.collection),
      ("documents", NumberText.count(plan.documents.count)), ("precision", precision.inWords),
    ]
  }
}

extension EvaluateReranking {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    retriever = try keys.required(
      .retriever, given: [FolderSection.Content.biEncoder], "The bi-encoder of the first stage.")
    fusion = try keys.optional(
      .fusion, "The fusion of its ranking with that of BM25; without it, its ranking is used alone.")
    reranker = try keys.required(
      .reranker, given: [FolderSection.Content.crossEncoder], "The cross-encoder of the second stage.")
    top = try keys.value(.top, default: 100, "The number of documents per query that are reranked.")
    precision = try keys.precision(.precision)
    evaluate = try keys.required(.evaluate, given: [MeasureSetting.usualOfReranking], "The splits and measures.")
    latency = try keys.optional(.latency, "Times the pipeline; without it nothing is timed.")
    cache = try keys.cache(.cache)
    output = try keys.required(.output, "The rankings and the results.")
  }
}
