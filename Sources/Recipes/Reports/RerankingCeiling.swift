import Evaluation
import JSONText
import Retrieval
import Words

/// The values that no second stage can exceed on a split, given the documents of the first stage.
struct RerankingCeiling {
  let split: String
  /// The share of the relevant documents that are among those reranked, as a mean over all judged queries.
  let recall: Double
  /// The values of the measures for the order by grades.
  let best: [(measure: Measure, value: Double)]
  private let top: Int

  init(of ranking: Ranking, _ split: EvaluationPlan.Split, _ measures: [Measure], top: Int) throws {
    func evaluation(of ranking: Ranking, _ measures: [Measure]) throws -> MeasureValues {
      try MeasureValues(of: ranking, against: split.topics, measures: measures, complete: true)
    }
    self.split = split.name
    self.top = top
    recall = try evaluation(of: ranking, [.recall(cut: top)]).means[0]
    let ideal = try evaluation(of: ranking.ideallyReranked(top: top, judgments: split.topics), measures)
    best = zip(measures, ideal.means).map { (measure: $0, value: $1) }
  }

  var json: JSONValue {
    [
      "split": JSONValue(split), "recall": JSONValue(recall), "recallMeasure": JSONValue("recall@\(top)"),
      "best": .object(JSONObject(best.map { (name: $0.measure.description, value: JSONValue($0.value)) })),
    ]
  }

  /// The table of both stages and the best possible order.
  static func table(_ ceilings: [RerankingCeiling], comparisons: [Comparison], top: Int) -> ReportTable {
    func number(_ value: Double) -> String { NumberText.fixed(value, decimals: 4) }
    let rows = ceilings.flatMap { ceiling -> [[String]] in
      let recall = number(ceiling.recall)
      let measured = ceiling.best.compactMap { best -> [String]? in
        guard let found = comparisons.first(where: { $0.split == ceiling.split && $0.measure == best.measure }) else {
          return nil
        }
        return [
          ceiling.split, best.measure.description, number(found.base), number(found.tuned), number(best.value),
        ]
      }
      return [[ceiling.split, "recall@\(top)", recall, recall, recall]] + measured
    }
    return ReportTable(
      title: "Ceiling",
      columns: [
        ("split", .left), ("measure", .left), (RunReport.firstStageName, .right), ("reranked", .right),
        ("best possible", .right),
      ],
      rows: rows,
      note:
        "Best possible: the best \(NumberText.count(top)) documents of the first stage in the order of their grades. "
        + "Relevant documents that it missed count against every column.")
  }
}
