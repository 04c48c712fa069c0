import Evaluation
import JSONText
import Retrieval
import Runs
import Words

/// The report of smaller vectors: their bytes, their share of the variance, and their comparison with the full vectors.
struct ReductionReport {
  /// A model with smaller vectors.
  struct Model {
    let dimensions: Int
    /// The share of the corpus vectors' variance that the dimensions keep.
    let explained: Double
    /// The folder of the model.
    let folder: String
    /// The full vectors against these, on every measure of every split.
    var comparisons: [Comparison] = []
  }

  /// The width of the full vectors.
  let full: Int
  let components: PrincipalComponents
  let whitened: Bool
  /// The values of the measures of the full vectors, in the order of the models' comparisons.
  var values: [EvaluationPlan.MeasuredValue] = []
  var models: [Model] = []
  var seconds = 0.0

  init(full: Int, components: PrincipalComponents, whitened: Bool) {
    self.full = full
    self.components = components
    self.whitened = whitened
  }

  /// The bytes of a vector of 32-bit floats.
  private static func bytes(_ dimensions: Int) -> Int { dimensions * 4 }

  private static func percentage(_ share: Double) -> String { NumberText.fixed(share * 100, decimals: 1) + " %" }

  /// The tables as lines for a terminal.
  var tableLines: [String] { tables.flatMap { $0.bareLines + [""] } }

  /// The widths, and the comparisons where there are any.
  var tables: [ReportTable] { [sizes] + (values.isEmpty ? [] : [comparisons]) }

  /// The work in a sentence.
  var sentence: String {
    "\(whitened ? "whitened components" : "components") of \(NumberText.counted(components.count, "vector")) in "
      + NumberText.seconds(seconds)
  }

  /// The verdict on every width, or else the work in a sentence.
  var headline: String {
    let verdicts = models.compactMap { model in
      model.comparisons.first.map { first in
        "\(model.dimensions) of \(full) dimensions: \(first.test.verdict), \(first.measure) on \(first.split) "
          + "\(NumberText.fixed(first.base, decimals: 4)) → \(NumberText.fixed(first.tuned, decimals: 4))"
      }
    }
    return verdicts.isEmpty ? sentence : verdicts.joined(separator: "; ")
  }

  private var sizes: ReportTable {
    let whole =
      [String(full), NumberText.count(Self.bytes(full)), Self.percentage(1)]
      + values.map { NumberText.fixed($0.value, decimals: 4) } + ["as it was"]
    let variance = LineChart(
      title: "Share of the variance",
      points: (1...max(1, full)).map { LineChart.Point(step: $0, value: components.explainedShare(of: $0)) },
      unit: "dimension")
    return ReportTable(
      title: "Sizes",
      columns: [("dimensions", .right), ("bytes a vector", .right), ("variance", .right)]
        + values.map { ("\($0.split) \($0.measure)", .right) } + [("model", .left)],
      rows: [whole]
        + models.map { model in
          [String(model.dimensions), NumberText.count(Self.bytes(model.dimensions)), Self.percentage(model.explained)]
            + model.comparisons.map { NumberText.fixed($0.tuned, decimals: 4) } + [model.folder]
        },
      note: "Variance: the share of the corpus vectors' variance that the dimensions keep.",
      plots: [variance.plot].compactMap { $0 })
  }

  private var comparisons: ReportTable {
    ReportTable(
      title: "Full against reduced",
      columns: [("dimensions", .right)] + Comparison.columns(base: "full", tuned: "reduced"),
      rows: models.flatMap { model in model.comparisons.map { [String(model.dimensions)] + $0.cells } },
      note: RunReport.verdictNote)
  }

  /// The facts about a model for its card.
  func facts(of model: Model) -> [RunReport.Fact] {
    [
      ("dimensions", "\(model.dimensions) of \(full)"),
      ("components of", NumberText.counted(components.count, "vector")),
      ("explained variance", Self.percentage(model.explained)), ("whitened", whitened ? "yes" : "no"),
    ]
  }

  /// The report as JSON.
  func json(recipe: String, folder: String) -> JSONValue {
    [
      "status": "finished", "recipe": JSONValue(recipe), "folder": JSONValue(folder),
      "vectors": JSONValue(components.count), "rank": JSONValue(components.rank), "whitened": JSONValue(whitened),
      "variances": .array(components.variances.map { JSONValue($0) }),
      "full": [
        "dimensions": JSONValue(full), "bytes": JSONValue(Self.bytes(full)),
        "scores": RunReport.json(of: values),
      ],
      "models": .array(
        models.map { model in
          [
            "dimensions": JSONValue(model.dimensions), "bytes": JSONValue(Self.bytes(model.dimensions)),
            "explainedVariance": JSONValue(model.explained), "folder": JSONValue(model.folder),
            "comparisons": .array(model.comparisons.map(\.json)),
          ]
        }),
      "seconds": JSONValue(seconds), "environment": RunEnvironment.current.json, "version": JSONValue(Hone.version),
    ]
  }
}
