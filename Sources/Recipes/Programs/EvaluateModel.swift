import Datasets
import Encoders
import Files
import JSONText
import Retrieval

/// Scores a model on a collection, and compares it with a baseline where one is named.
struct EvaluateModel: Recipe, Equatable {
  static let name = "evaluate"

  /// A model folder, used as its own files say.
  struct Model: Codable, Sendable, Equatable {
    var folder: String
  }

  /// What is scored.
  struct Evaluation: Codable, Sendable, Equatable {
    /// A collection folder.
    var collection: String
    /// The judgments scored: `qrels/SPLIT.tsv` of each.
    var splits: [String]
    /// The measures, the deciding one first.
    var measures: [MeasureSetting]
  }

  /// Where the ranked lists and the results go.
  struct Output: Codable, Sendable, Equatable {
    var folder: String
  }

  var model: Model
  /// The model to compare with; without it there is no verdict.
  var baseline: Model?
  var evaluate: Evaluation
  /// Where vectors are kept from one run to the next; without it all texts are encoded.
  var cache: CacheSection?
  var output: Output

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("model.folder", model.folder)
    if let baseline { checks.modelFolder("baseline.folder", baseline.folder) }
    evaluate.validate(checks)
    cache?.validate(checks)
    checks.outputFolder("output.folder", output.folder)
  }

  func run(in context: RunContext) throws -> Outcome {
    let folder = try RunFolder(output.folder, recipe: context.recipe, resume: context.resume)
    if let confirmation = folder.confirmation { return confirmation }
    let started = ContinuousClock.now
    let plan = try evaluate.plan(context)
    let baseRuns = try baseline.map { try rank($0, named: "baseline", plan, folder, context) }
    let runs = try rank(model, named: "model", plan, folder, context)

    var report = RunReport(recipe: Self.name, folder: folder.path, settings: context.recipe)
    report.names = (base: "baseline", tuned: "model")
    if let baseRuns {
      report.comparisons = try plan.comparisons(base: baseRuns, tuned: runs)
    } else {
      report.scores = try plan.scores(of: runs)
    }
    let seconds = started.duration(to: .now).seconds
    report.facts =
      [
        ("model", model.folder), ("baseline", baseline?.folder ?? "none"), ("collection", evaluate.collection),
        ("documents", NumberText.count(plan.documents.count)), ("whole run", NumberText.seconds(seconds)),
      ].map { RunReport.Fact(name: $0, value: $1) } + RunEnvironment.current.facts
    report.details = [
      ("model", JSONValue(model.folder)), ("seconds", JSONValue(seconds)), ("environment", RunEnvironment.current.json),
    ]
    try Files.write(report.page, to: folder.file("report.html"))
    try folder.finish(report.json)
    return Outcome(report.json, lines: report.summary())
  }

  /// The ranked lists of a model for every split, also written to the run folder.
  private func rank(
    _ model: Model, named name: String, _ plan: ScoringPlan, _ folder: RunFolder, _ context: RunContext
  ) throws -> [Run] {
    context.report(.note("scoring \(model.folder)"))
    let runs = try plan.runs(of: BiEncoder(folder: model.folder), cache: cache?.open(), report: context.report)
    for (run, split) in zip(runs, plan.splits) {
      try run.write(to: folder.file("\(name).\(split.name).run"), tag: name)
    }
    return runs
  }
}

extension EvaluateModel.Evaluation {
  func validate(_ checks: SettingChecks) {
    checks.collection("evaluate.collection", collection)
    checks.splits("evaluate.splits", splits, of: collection, "evaluate.collection")
    checks.measures("evaluate.measures", measures)
  }

  /// What is asked against which documents.
  ///
  /// - Parameter collection: The collection, where it is at hand.
  func plan(of collection: Collection? = nil, _ context: RunContext) throws -> ScoringPlan {
    try ScoringPlan(
      collection ?? Collection(folder: self.collection), splits: splits, measures: measures.map(\.measure),
      warn: { context.report(.warning($0)) })
  }
}
