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

/// Evaluates a model on a collection, and compares it with a baseline where one is named.
struct EvaluateModel: Recipe, Equatable {
  static let name = "evaluate"
  static let summary = "Evaluates a model on a collection, and compares it with a baseline where one is named."

  var model: FolderSection
  var baseline: FolderSection?
  var precision: Precision
  var evaluate: SplitsSection
  var cache: CacheSection?
  var output: FolderSection

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("model.folder", model.folder)
    if let baseline { checks.modelFolder("baseline.folder", baseline.folder) }
    evaluate.validate(checks)
    cache?.validate(checks)
    checks.outputFolder("output.folder", output.folder)
  }

  var inputs: [RunInput] {
    [.model(model.folder)] + (baseline.map { [.model($0.folder)] } ?? []) + evaluate.inputs
  }

  var outputFolder: String { output.folder }

  func run(in context: RunContext) throws -> Outcome {
    try context.perform(self) { folder in
      let plan = try evaluate.plan(context)
      // Both are read before the first is evaluated, so that bad input is reported at once.
      precision.note.map { context.report(.note($0)) }
      let (base, tuned) = (
        try baseline.map { try BiEncoder(folder: $0.folder).computing(in: precision) },
        try BiEncoder(folder: model.folder).computing(in: precision)
      )
      for model in [base, tuned] { model?.taskWarning().map { context.report(.warning($0)) } }
      try folder.inputs.confirm()
      let baseRankings = try base.map { try rank($0, named: "baseline", plan, folder, context) }
      let rankings = try rank(tuned, named: "model", plan, folder, context)

      var report = RunReport(recipe: Self.name, folder: folder.path, settings: context.recipe)
      report.names = (base: "baseline", tuned: "model")
      if let baseRankings {
        report.comparisons = try plan.comparisons(base: baseRankings, tuned: rankings)
      } else {
        report.values = try plan.values(of: rankings)
      }
      try report.add(plan, base: baseRankings, tuned: rankings)
      report.facts = [
        ("model", model.folder), ("baseline", baseline?.folder ?? "none"), ("collection", evaluate.collection),
        ("documents", NumberText.count(plan.documents.count)), ("precision", precision.inWords),
      ]
      report.details = [("model", JSONValue(model.folder)), ("precision", JSONValue(precision.rawValue))]
      report.addTimes(folder.seconds)
      return try report.conclusion()
    }
  }

  /// The rankings of a model for every split, also written to the run folder.
  private func rank(
    _ model: BiEncoder, named name: String, _ plan: EvaluationPlan, _ folder: RunFolder, _ context: RunContext
  ) throws -> [Ranking] {
    context.report(.note("evaluating the \(name)"))
    let rankings = try plan.rankings(of: model, cache: cache?.open(), report: context.reportOrStop)
    for (ranking, split) in zip(rankings, plan.splits) {
      try ranking.write(to: folder.file("\(name).\(split.name).run"), tag: name)
    }
    return rankings
  }
}

extension EvaluateModel {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    model = try keys.required(.model, given: [FolderSection.Content.biEncoder], "The model, with its own settings.")
    baseline = try keys.optional(
      .baseline, given: [FolderSection.Content.biEncoder],
      "The model to compare with; without it there is no verdict.")
    precision = try keys.precision(.precision)
    evaluate = try keys.required(.evaluate, "The splits and measures.")
    cache = try keys.cache(.cache)
    output = try keys.required(.output, "The rankings and the results.")
  }
}
