import Files
import Datasets
import Evaluation
import JSONText
import Retrieval
package import Runs
import Words

/// `hone evaluate`: evaluates a run file against judgments, and compares it with another one.
package struct EvaluationTool {
  package var judgments: String
  package var run: String
  package var baseline: String?
  /// Names of measures separated by commas.
  package var measures: String
  /// True to print the values of every query too.
  package var perQuery: Bool
  /// True to leave out queries that the run lacks, as `trec_eval` does without `-c`, instead of counting them as 0.
  package var answeredOnly: Bool

  package init(
    judgments: String, run: String, baseline: String?, measures: String, perQuery: Bool, answeredOnly: Bool
  ) {
    self.judgments = judgments
    self.run = run
    self.baseline = baseline
    self.measures = measures
    self.perQuery = perQuery
    self.answeredOnly = answeredOnly
  }

  package func callAsFunction() throws -> Outcome {
    let measures = try Measure.list(parsing: measures)
    let topics = try Judgments(file: judgments).topics.map { JudgedTopic(query: $0.query, grades: $0.grades) }
    func evaluation(_ file: String) throws -> MeasureValues {
      try MeasureValues(of: Ranking(file: file), against: topics, measures: measures, complete: !answeredOnly)
    }
    let tuned = try evaluation(run)
    let base = try baseline.map(evaluation)
    let comparisons =
      try base.map { try Comparison.all(split: Files.name(of: judgments), base: $0, tuned: tuned) } ?? []

    var lines: [String] = perQuery ? Self.table(of: tuned, baseline: base) + [""] : []
    if comparisons.isEmpty {
      lines += Self.table(of: tuned)
    } else {
      lines += Comparison.table(comparisons, base: "baseline", tuned: "run").lines
    }
    return Outcome(json(tuned, base, comparisons), lines: lines)
  }

  /// The means over queries, one measure per line.
  private static func table(of evaluation: MeasureValues) -> [String] {
    var table = TextTable([("measure", .left), ("mean", .right), ("queries", .right)])
    for (measure, mean) in zip(evaluation.measures, evaluation.means) {
      table.add([measure.description, NumberText.fixed(mean, decimals: 4), NumberText.count(evaluation.topics.count)])
    }
    return table.lines
  }

  /// The values per query, and with a baseline their changes.
  private static func table(of evaluation: MeasureValues, baseline: MeasureValues?) -> [String] {
    var table = TextTable(
      [("query", .left)]
        + evaluation.measures.flatMap { measure -> [(name: String, alignment: TextTable.Alignment)] in
          let name = measure.description
          return baseline == nil ? [(name, .right)] : [(name, .right), ("change", .right)]
        })
    let before = Dictionary(
      (baseline?.topics ?? []).map { ($0.query, $0.values) }, uniquingKeysWith: { first, _ in first })
    for topic in evaluation.topics {
      let values = topic.values.enumerated().flatMap { index, value in
        let shown = NumberText.fixed(value, decimals: 4)
        guard baseline != nil else { return [shown] }
        return [shown, before[topic.query].map { NumberText.signed(value - $0[index], decimals: 4) } ?? "-"]
      }
      table.add([topic.query] + values)
    }
    return table.lines
  }

  private func json(_ tuned: MeasureValues, _ base: MeasureValues?, _ comparisons: [Comparison]) -> JSONValue {
    var object = JSONObject([("run", JSONValue(run)), ("judgments", JSONValue(judgments))])
    object["queries"] = JSONValue(tuned.topics.count)
    object["means"] = .object(JSONObject(zip(tuned.measures, tuned.means).map { ($0.description, JSONValue($1)) }))
    if perQuery {
      object["perQuery"] = .object(
        JSONObject(
          tuned.topics.map { topic in
            (
              topic.query,
              .object(JSONObject(zip(tuned.measures, topic.values).map { ($0.description, JSONValue($1)) }))
            )
          }))
    }
    if let baseline { object["baseline"] = JSONValue(baseline) }
    if !comparisons.isEmpty { object["comparisons"] = .array(comparisons.map(\.json)) }
    return .object(object)
  }
}
