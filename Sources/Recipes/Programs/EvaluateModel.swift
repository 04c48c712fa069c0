import Datasets
import Encoders
import Evaluation
import Files
import JSONText
import Retrieval
import Runs
import Settings
import Words

/// Scores a model on a collection, and compares it with a baseline where one is named.
struct EvaluateModel: Recipe, Equatable {
  static let name = "evaluate"

  /// A model folder, used as its own files say.
  var model: FolderSection
  /// The model to compare with; without it there is no verdict.
  var baseline: FolderSection?
  var evaluate: SplitsSection
  /// Where vectors are kept from one run to the next; without it all texts are encoded.
  var cache: CacheSection?
  /// Where the ranked lists and the results go.
  var output: FolderSection

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
      ].map { RunReport.Fact(name: $0, value: $1) } + RunReport.environmentFacts
    report.details = [
      ("model", JSONValue(model.folder)), ("seconds", JSONValue(seconds)), ("environment", RunEnvironment.current.json),
    ]
    try Files.write(report.page, to: folder.file("report.html"))
    try folder.finish(report.json)
    return Outcome(report.json, lines: report.summary())
  }

  /// The ranked lists of a model for every split, also written to the run folder.
  private func rank(
    _ model: FolderSection, named name: String, _ plan: ScoringPlan, _ folder: RunFolder, _ context: RunContext
  ) throws -> [Run] {
    context.report(.note("scoring \(model.folder)"))
    let runs = try plan.runs(of: BiEncoder(folder: model.folder), cache: cache?.open(), report: context.report)
    for (run, split) in zip(runs, plan.splits) {
      try run.write(to: folder.file("\(name).\(split.name).run"), tag: name)
    }
    return runs
  }
}
