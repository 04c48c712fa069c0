import Evaluation
import Files
import Retrieval
import Words

/// The README of an exported model, with the metadata that model hubs read.
struct ModelCard {
  /// The name of the model.
  let name: String
  /// The folder of the base model.
  let base: String
  /// The collection folder of the results; nil without results.
  let collection: String?
  /// The results, the facts of the run, and the recipe.
  let report: RunReport
  let kind: Kind
  /// The repository of the base model on the Hub; nil if it did not come from there.
  var repository: String?

  var text: String {
    [head, kind.introduction, results, mixes, kind.usage, origin, settings].compactMap { $0 }.joined(separator: "\n")
  }

  private var head: String {
    var lines = [
      "---", "library_name: sentence-transformers", "pipeline_tag: \(kind.task)", "tags:", "- sentence-transformers",
    ]
    lines += kind.tags.map { "- \($0)" } + ["- hone", "base_model: \(quoted(repository ?? Files.name(of: base)))"]
    if let collection, !report.comparisons.isEmpty {
      lines += ["model-index:", "- name: \(quoted(name))", "  results:"]
      for comparison in report.comparisons {
        lines += [
          "  - task:", "      type: \(kind.resultTask)", "    dataset:",
          "      name: \(quoted("\(Files.name(of: collection)) \(comparison.split)"))",
          "      type: \(quoted("\(Files.name(of: collection)) \(comparison.split)"))", "    metrics:",
          "    - type: \(quoted(comparison.measure.description))", "      value: \(comparison.tuned)",
        ]
      }
    }
    return (lines + ["---", ""]).joined(separator: "\n")
  }

  private var results: String? {
    guard let collection, !report.comparisons.isEmpty else { return nil }
    let base = kind.baseColumn ?? report.names.base
    let columns = (report.firstStage.isEmpty ? [] : [RunReport.firstStageName]) + [base, "this model", "change", "p"]
    var lines = [
      "## Results", "", "| split | measure | \(columns.joined(separator: " | ")) | verdict |",
      "|---|---|\(columns.map { _ in "---:|" }.joined())---|",
    ]
    for (index, comparison) in report.comparisons.enumerated() {
      var cells = [0, 1, 2, 3, 4, 6, 8].map { comparison.cells[$0] }
      if !report.firstStage.isEmpty { cells.insert(report.firstStage[index].cells[2], at: 2) }
      lines.append("| \(cells.joined(separator: " | ")) |")
    }
    lines += [
      "",
      "\(kind.measured) `\(collection)`; measures as `trec_eval` defines them, p of a "
        + "paired randomization test over queries.", "",
    ]
    return lines.joined(separator: "\n")
  }

  private var mixes: String? {
    guard let table = report.merge?.table else { return nil }
    func row(_ cells: [String]) -> String { "| \(cells.map(cell).joined(separator: " | ")) |" }
    let marks = table.columns.map { $0.alignment == .right ? "---:|" : "---|" }.joined()
    let lines = ["## \(table.title)", "", row(table.columns.map(\.name)), "|\(marks)"]
    return (lines + table.rows.map(row) + ["", table.note, ""]).joined(separator: "\n")
  }

  private var origin: String {
    let rows = report.allFacts.map { "| \(cell($0.name)) | \(cell($0.value)) |" }
    return (["## Origin", "", "| | |", "|---|---|"] + rows + [""]).joined(separator: "\n")
  }

  private var settings: String {
    "## Recipe\n\n```yaml\n\(report.settings)```\n"
  }

  /// A text as a quoted YAML scalar, with all special characters escaped.
  private func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.properties.generalCategory == .control: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return "\"\(escaped)\""
  }

  private func cell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}
