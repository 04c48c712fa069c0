import Files
import Datasets
import Evaluation
import JSONText
import Retrieval
package import Runs
import Words

/// `hone evaluate`: evaluates a run file against judgments, and compares it with another one.
package struct EvaluationTool {
  /// What counts of the judged queries that a run lacks.
  package enum MissingQueries: Sendable {
    /// They count as 0; a baseline must answer the same queries as the run.
    case refusedInComparisons
    /// They count as 0, in the run and in the baseline (`trec_eval -c`).
    case zero
    /// They are left out of both, as `trec_eval` without `-c` does; a system gains by not answering.
    case leftOut

    fileprivate var consequence: String { self == .leftOut ? "they are left out" : "they count as 0" }
  }

  package var judgments: String
  package var run: String
  package var baseline: String?
  /// Names of measures separated by commas.
  package var measures: String
  /// True to print the values of every query too.
  package var perQuery: Bool
  package var missing: MissingQueries
  package var report: (RunEvent) -> Void

  package init(
    judgments: String, run: String, baseline: String?, measures: String, perQuery: Bool, missing: MissingQueries,
    report: @escaping (RunEvent) -> Void
  ) {
    self.judgments = judgments
    self.run = run
    self.baseline = baseline
    self.measures = measures
    self.perQuery = perQuery
    self.missing = missing
    self.report = report
  }

  package func callAsFunction() throws -> Outcome {
    let measures = try Measure.list(parsing: measures)
    let read = try Judgments(file: judgments)
    read.warnings.forEach { report(.warning($0)) }
    let topics = read.judgedTopics
    let ranking = try Ranking(file: run)
    var tuned = try values(of: ranking, from: run, against: topics, measures)
    var base: MeasureValues?
    if let baseline {
      let other = try Ranking(file: baseline)
      let values = try values(of: other, from: baseline, against: topics, measures)
      switch missing {
      case .refusedInComparisons: try requireSameQueries(ranking, other, baseline, topics)
      case .zero: break
      case .leftOut: try requireCommonQuery(tuned, values, baseline)
      }
      // Where all judged queries count, both have all of them.
      base = values.keepingQueries(of: tuned)
      tuned = tuned.keepingQueries(of: values) ?? tuned
    }
    let comparisons =
      try base.map { try Comparison.all(split: Files.name(of: judgments), base: $0, tuned: tuned) } ?? []

    var lines: [String] = perQuery ? Self.table(of: tuned, baseline: base) + [""] : []
    if comparisons.isEmpty {
      lines += Self.table(of: tuned)
    } else {
      lines += Comparison.table(comparisons, base: "baseline", tuned: "run").lines
    }
    var coverages: [(run: String, coverage: Coverage)] = [("run", tuned.coverage)]
    if let base { coverages.append(("baseline", base.coverage)) }
    lines += [""] + Coverage.table(coverages).lines
    return Outcome(json(tuned, base, comparisons), lines: lines)
  }

  /// Measures a run, which must have something in common with the judgments.
  private func values(
    of ranking: Ranking, from file: String, against topics: [JudgedTopic], _ measures: [Measure]
  ) throws -> MeasureValues {
    try Coverage(of: ranking, against: topics).requireOverlap(of: file, with: judgments)
    let values = try MeasureValues(of: ranking, against: topics, measures: measures, complete: missing != .leftOut)
    let warnings = values.coverage.warnings(of: file, with: judgments, consequence: missing.consequence)
    for warning in warnings { report(.warning(warning)) }
    return values
  }

  /// Refuses a baseline that answers other judged queries than the run: the difference would say nothing about those.
  private func requireSameQueries(
    _ ranking: Ranking, _ other: Ranking, _ baseline: String, _ topics: [JudgedTopic]
  ) throws {
    let onlyRun = topics.filter { ranking[$0.query] != nil && other[$0.query] == nil }
    let onlyBaseline = topics.filter { ranking[$0.query] == nil && other[$0.query] != nil }
    let found = [(onlyRun, run), (onlyBaseline, baseline)].compactMap { topics, file in
      topics.first.map { "\(NumberText.count(topics.count)) in \(file) only (for example \"\($0.query)\")" }
    }
    if found.isEmpty { return }
    throw RunError(
      .badData,
      "\(baseline): expected a baseline that answers the same judged queries as \(run), found "
        + "\(found.joined(separator: " and ")); search both with the same queries, or compare with --missing-as-zero, or "
        + "--answered-only on the queries that both answer")
  }

  /// Refuses a baseline that answers no judged query of the run.
  private func requireCommonQuery(_ tuned: MeasureValues, _ base: MeasureValues, _ baseline: String) throws {
    if base.keepingQueries(of: tuned) != nil { return }
    throw RunError(
      .badData,
      "\(baseline): expected a baseline that answers judged queries of \(run), found none (for example "
        + "\"\(base.topics[0].query)\" there, \"\(tuned.topics[0].query)\" here); search both with the same queries")
  }

  /// The means over queries, one measure per line.
  private static func table(of evaluation: MeasureValues) -> [String] {
    var table = TextTable([("measure", .left), ("mean", .right), ("queries", .right)])
    for (measure, mean) in zip(evaluation.measures, evaluation.means) {
      table.add([measure.description, NumberText.fixed(mean, decimals: 4), NumberText.count(evaluation.topics.count)])
    }
    return table.lines
  }

  /// The values per query, and with a baseline, which has the same queries, their changes.
  private static func table(of evaluation: MeasureValues, baseline: MeasureValues?) -> [String] {
    var table = TextTable(
      [("query", .left)]
        + evaluation.measures.flatMap { measure -> [(name: String, alignment: TextTable.Alignment)] in
          let name = measure.description
          return baseline == nil ? [(name, .right)] : [(name, .right), ("change", .right)]
        })
    for (number, topic) in evaluation.topics.enumerated() {
      let values = topic.values.enumerated().flatMap { index, value in
        let shown = NumberText.fixed(value, decimals: 4)
        guard let before = baseline?.topics[number].values[index] else { return [shown] }
        return [shown, NumberText.signed(value - before, decimals: 4)]
      }
      table.add([topic.query] + values)
    }
    return table.lines
  }

  private func json(_ tuned: MeasureValues, _ base: MeasureValues?, _ comparisons: [Comparison]) -> JSONValue {
    var object = JSONObject([("run", JSONValue(run)), ("judgments", JSONValue(judgments))])
    object["queries"] = JSONValue(tuned.topics.count)
    object["coverage"] = tuned.coverage.json
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
    if let base { object["baselineCoverage"] = base.coverage.json }
    if !comparisons.isEmpty { object["comparisons"] = .array(comparisons.map(\.json)) }
    return .object(object)
  }
}
