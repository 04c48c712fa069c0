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

/// Runs a model in float32 and at a lower precision over a collection, and says in one line if the lower one is safe.
///
/// A bi-encoder ranks all documents, a cross-encoder the best ones of a retriever, which itself computes in float32.
struct ComparePrecisions: Recipe, Equatable {
  static let name = "comparePrecisions"
  static let summary =
    "Compares what a model finds at a lower precision with what it finds in float32, and says if that is safe."

  var model: FolderSection
  var retriever: FolderSection?
  var precision: LowerPrecision
  var top: Int
  var tolerance: Double
  var evaluate: SplitsSection
  var cache: CacheSection?
  var output: FolderSection

  /// A precision to compare with float32.
  enum LowerPrecision: String, ChoiceSetting {
    case bfloat16
    case int8

    var precision: Precision {
      switch self {
      case .bfloat16: .bfloat16
      case .int8: .int8
      }
    }
  }

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("model.folder", model.folder)
    if let retriever { checks.modelFolder("retriever.folder", retriever.folder) }
    checks.require((2...1000).contains(top), "top", else: "\(top) is not between 2 and 1000")
    checks.require(
      tolerance > 0 && tolerance < 1, "tolerance", else: "\(tolerance) is not above 0 and below 1")
    evaluate.validate(checks)
    cache?.validate(checks)
    checks.require(
      cache == nil || retriever != nil, "cache", reading: ["retriever"],
      else: "only the vectors of a retriever are kept; set 'retriever', or remove it")
    checks.outputFolder("output.folder", output.folder)
  }

  var inputs: [RunInput] {
    [.model(model.folder)] + (retriever.map { [.model($0.folder)] } ?? []) + evaluate.inputs
  }

  var outputFolder: String { output.folder }

  func run(in context: RunContext) throws -> Outcome {
    try context.perform(self) { folder in
      let collection = try Collection(folder: evaluate.collection)
      let plan = try evaluate.plan(of: collection, context)
      precision.precision.note.map { context.report(.note($0)) }
      let found =
        if let retriever {
          try reranked(by: retriever, collection, plan, folder, context)
        } else {
          try ranked(plan, folder, context)
        }
      for (name, rankings) in [("float32", found.exact), (precision.rawValue, found.near)] {
        for (ranking, split) in zip(rankings, found.plan.splits) {
          try ranking.write(to: folder.file("\(name).\(split.name).run"), tag: name)
        }
      }
      var report = RunReport(recipe: Self.name, folder: folder.path, settings: context.recipe)
      report.names = (base: "float32", tuned: precision.rawValue)
      report.comparisons = try found.plan.comparisons(base: found.exact, tuned: found.near)
      try report.add(found.plan, base: found.exact, tuned: found.near, depth: retriever == nil ? .max : top)
      let agreements = zip(found.plan.splits, zip(found.exact, found.near)).map {
        (split: $0.name, agreement: RankAgreement(of: $1.0, with: $1.1, top: top))
      }
      let safety = PrecisionSafety(report.comparisons, of: precision.rawValue, tolerance: tolerance)
      report.tables = [Self.table(agreements, top: top)]
      report.headline = safety.sentence
      report.facts = [
        ("safety", safety.sentence), ("model", model.folder), ("retriever", retriever?.folder ?? "none"),
        ("precision", precision.precision.inWords), ("collection", evaluate.collection),
        ("documents", NumberText.count(plan.documents.count)),
        ("float32", NumberText.seconds(found.seconds.exact)),
        (precision.rawValue, NumberText.seconds(found.seconds.near)),
      ]
      report.details = [
        ("model", JSONValue(model.folder)), ("precision", JSONValue(precision.rawValue)),
        ("safety", JSONValue(safety.verdict.rawValue)),
        ("agreement", .array(agreements.map { Self.json($0.agreement, of: $0.split) })),
        (
          "rankingSeconds",
          ["float32": JSONValue(found.seconds.exact), precision.rawValue: JSONValue(found.seconds.near)]
        ),
      ]
      report.addTimes(folder.seconds)
      var conclusion = try report.conclusion(after: report.tables.flatMap(\.lines))
      conclusion.lines.append(safety.sentence)
      return conclusion
    }
  }

  /// The rankings of a model at both precisions, one per split, and the time they took.
  private struct Found {
    let plan: EvaluationPlan
    let (exact, near): ([Ranking], [Ranking])
    let seconds: (exact: Double, near: Double)

    init(_ plan: EvaluationPlan, exact: () throws -> [Ranking], near: () throws -> [Ranking]) rethrows {
      func timed(_ work: () throws -> [Ranking]) rethrows -> (rankings: [Ranking], seconds: Double) {
        let start = ContinuousClock.now
        let rankings = try work()
        return (rankings, start.duration(to: .now).seconds)
      }
      let (first, second) = (try timed(exact), try timed(near))
      self.plan = plan
      (self.exact, self.near) = (first.rankings, second.rankings)
      seconds = (first.seconds, second.seconds)
    }
  }

  /// The rankings of all documents by a bi-encoder.
  private func ranked(_ plan: EvaluationPlan, _ folder: RunFolder, _ context: RunContext) throws -> Found {
    let exact = try BiEncoder(folder: model.folder)
    exact.taskWarning().map { context.report(.warning($0)) }
    try folder.inputs.confirm()
    // Deeper than what is compared, so that a document which falls behind others still has both scores.
    func rankings(_ model: BiEncoder) throws -> [Ranking] {
      try plan.rankings(of: model, depth: 2 * top, report: context.reportOrStop)
    }
    return try Found(plan) {
      context.report(.note("ranking in float32"))
      return try rankings(exact)
    } near: {
      context.report(.note("ranking in \(precision.rawValue)"))
      return try rankings(exact.computing(in: precision.precision))
    }
  }

  /// The rankings of a retriever's best documents by a cross-encoder.
  private func reranked(
    by retriever: FolderSection, _ collection: Collection, _ plan: EvaluationPlan, _ folder: RunFolder,
    _ context: RunContext
  ) throws -> Found {
    let exact = try CrossEncoder(folder: model.folder, labels: 1)
    let biEncoder = try BiEncoder(folder: retriever.folder)
    biEncoder.taskWarning().map { context.report(.warning($0)) }
    try folder.inputs.confirm()
    let first = try plan.rankings(of: biEncoder, depth: top, cache: cache?.open(), report: context.reportOrStop)
    var texts = CandidateTexts(collection)
    let reranking = try RerankingPlan(
      plan, candidates: first.map { $0.top(top) }, top: top, &texts, from: retriever.folder,
      warn: { context.report(.warning($0)) })
    return try Found(reranking.plan) {
      context.report(.note("ranking in float32"))
      return try reranking.rankings(of: exact, report: context.reportOrStop)
    } near: {
      context.report(.note("ranking in \(precision.rawValue)"))
      return try reranking.rankings(of: exact.computing(in: precision.precision), report: context.reportOrStop)
    }
  }

  private static func table(_ agreements: [(split: String, agreement: RankAgreement)], top: Int) -> ReportTable {
    func number(_ value: Double?) -> String { value.map { NumberText.fixed($0, decimals: 4) } ?? "–" }
    return ReportTable(
      title: "Agreement",
      columns: [
        ("split", .left), ("queries", .right), ("Kendall's τ", .right), ("least τ", .right), ("same in ten", .right),
        ("largest difference", .right),
      ],
      rows: agreements.map { split, agreement in
        [
          split, NumberText.count(agreement.queries), number(agreement.tau), number(agreement.leastTau),
          number(agreement.overlap), number(agreement.largestDifference),
        ]
      },
      note:
        "τ compares the orders of the best \(NumberText.count(top)) documents of a query in float32, as a mean over "
        + "queries; the difference is that of a document's scores.")
  }

  private static func json(_ agreement: RankAgreement, of split: String) -> JSONValue {
    [
      "split": JSONValue(split), "queries": JSONValue(agreement.queries),
      "tau": agreement.tau.map { JSONValue($0) } ?? .null,
      "leastTau": agreement.leastTau.map { JSONValue($0) } ?? .null, "overlap": JSONValue(agreement.overlap),
      "largestDifference": JSONValue(agreement.largestDifference),
    ]
  }
}

extension ComparePrecisions {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    model = try keys.required(
      .model, given: [FolderSection.Content.anyEncoder],
      "The model: a bi-encoder, or with 'retriever' a cross-encoder with one label.")
    retriever = try keys.optional(
      .retriever, given: [FolderSection.Content.biEncoder],
      "The bi-encoder that finds the documents for a cross-encoder to rank; without it 'model' ranks all documents.")
    precision = try keys.required(.precision, example: .int8, "The precision that is compared with float32.")
    top = try keys.value(
      .top, default: 50, "The number of best documents of a query that are compared, and that a cross-encoder ranks.")
    tolerance = try keys.value(
      .tolerance, default: 0.005, "The loss of a split's first measure that is accepted, as an absolute difference.")
    evaluate = try keys.required(.evaluate, "The splits and measures.")
    cache = try keys.optional(.cache, "Keeps the retriever's vectors between runs; without it all texts are encoded.")
    output = try keys.required(.output, "The rankings and the results.")
  }
}
