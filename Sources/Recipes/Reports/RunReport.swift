import Evaluation
import JSONText
import Retrieval
import Runs
import Words

/// The results of a run, the content of `result.json` and `report.html`.
struct RunReport: Sendable {
  /// A fact about the run: "base model", "checkpoints/all-MiniLM-L6-v2".
  typealias Fact = (name: String, value: String)

  /// The kind of run: "trainBiEncoder".
  var recipe: String
  /// The run folder.
  var folder: String
  /// Base against tuned, the deciding comparison first; empty without an evaluation or a baseline.
  var comparisons: [Comparison] = []
  /// First stage against tuned, in the order of ``comparisons``, where the base is a reranker itself; else empty.
  var firstStage: [Comparison] = []
  /// The values of the measures of a model without a baseline.
  var values: [EvaluationPlan.MeasuredValue] = []
  /// The mixes of base and trained weights; nil where none were made.
  var merge: MergeSweep?
  /// Further tables of the recipe.
  var tables: [ReportTable] = []
  /// The names of the two models of the comparisons.
  var names = (base: "base", tuned: "tuned")
  /// The name of the first stage in tables.
  static let firstStageName = "first stage"
  /// The result in a sentence, where there is no verdict.
  var headline: String?
  /// Values over the steps of training.
  var charts: [LineChart] = []
  /// The evaluations during training; there is a chart of every measure.
  var development: [MeasureRecord] = []
  /// The warnings about the course of training.
  var warnings: [String] = []
  /// The queries that gain and lose most.
  var changes: QueryChanges?
  /// The counts of what mining dropped; nil without mining.
  var mined: ReportTable?
  /// Pairs that a person should look at.
  var pairs: [PairExamples] = []
  /// The distributions of lengths and scores.
  var histograms: [Histogram] = []
  /// The step after which the exported weights were taken.
  var exportedStep: Int?
  /// Facts about this run, for a person.
  var facts: [Fact] = []
  /// The facts, with the machine and libraries of the run.
  var allFacts: [Fact] { facts + environment.facts }
  private let environment = RunEnvironment.current
  /// Machine-readable facts of the recipe, added to the result as they are.
  var details: [(name: String, value: JSONValue)] = []
  /// The resolved recipe.
  var settings: String

  init(recipe: String, folder: String, settings: String) {
    self.recipe = recipe
    self.folder = folder
    self.settings = settings
  }

  /// Adds the time of the whole run, and the machine.
  mutating func addTimes(_ seconds: Double) {
    facts.append(("whole run", NumberText.seconds(seconds)))
    details += [("seconds", JSONValue(seconds)), ("environment", environment.json)]
  }

  /// The conclusion of the program, with the given lines before the summary.
  func conclusion(after lines: [String] = []) throws -> Conclusion {
    Conclusion(result: json, lines: lines + summary(), page: try page)
  }

  /// The meaning of the verdicts on a table of comparisons.
  static let verdictNote =
    "Paired randomization test over queries; a difference counts below p = \(PairedTest.alpha)."

  /// The verdict of the run, by the first measure on the first split.
  var verdict: Verdict? { comparisons.first?.test.verdict }

  /// The verdict in a sentence for a person.
  var sentence: String? {
    guard let first = comparisons.first else { return nil }
    let shortfall = first.answered?.shortfall.map { "; \($0)" } ?? ""
    let limit = first.base >= 1 ? "; the base model is perfect there, so nothing can be gained" : ""
    return "\(first.test.verdict): \(first.measure) on \(first.split) \(NumberText.fixed(first.base, decimals: 4)) → "
      + "\(NumberText.fixed(first.tuned, decimals: 4)) (\(NumberText.signed(first.test.meanDifference, decimals: 4)), "
      + "\(NumberText.counted(first.test.queryCount, "query", plural: "queries")), p \(Self.probability(first.test.pValue))\(shortfall))\(limit)"
  }

  /// The content of `result.json`.
  var json: JSONValue {
    var object = JSONObject([("status", "finished"), ("recipe", JSONValue(recipe)), ("folder", JSONValue(folder))])
    if let verdict { object["verdict"] = JSONValue(verdict.description) }
    if !comparisons.isEmpty { object["comparisons"] = .array(comparisons.map(\.json)) }
    if !firstStage.isEmpty { object["firstStage"] = .array(firstStage.map(\.json)) }
    if !values.isEmpty { object["scores"] = Self.json(of: values) }
    if let merge { object["merge"] = merge.json(timed: true) }
    for detail in details { object[detail.name] = detail.value }
    object["version"] = JSONValue(Hone.version)
    return .object(object)
  }

  /// The values of measures as they stand in a result.
  static func json(of values: [EvaluationPlan.MeasuredValue]) -> JSONValue {
    .array(
      values.map { value in
        [
          "split": JSONValue(value.split), "measure": JSONValue(value.measure.description),
          "value": JSONValue(value.value),
        ]
      })
  }

  private static func probability(_ value: Double) -> String {
    value < 0.0001 ? "< 0.0001" : "= " + NumberText.fixed(value, decimals: 4)
  }
}
