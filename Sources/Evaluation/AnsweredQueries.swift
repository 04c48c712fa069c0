package import JSONText
package import Retrieval
import Words

/// How many of the judged queries the two systems of a comparison answer.
package struct AnsweredQueries: Sendable, Equatable {
  package let judged: Int
  package let base: Int
  package let tuned: Int
  /// The number of queries that both answer.
  package let both: Int

  package init(judged: Int, base: Int, tuned: Int, both: Int) {
    (self.judged, self.base, self.tuned, self.both) = (judged, base, tuned, both)
  }

  /// Counts the queries of two evaluations of the same queries.
  package init(base: MeasureValues, tuned: MeasureValues) {
    self.init(
      judged: base.coverage.judgedQueries, base: base.coverage.answeredQueries, tuned: tuned.coverage.answeredQueries,
      both: zip(base.topics, tuned.topics).count { $0.isAnswered && $1.isAnswered })
  }

  /// What a verdict must say where not all queries are answered: `28 of 30 queries answered`, or of the base and the tuned
  /// system `28 and 30 of 30 queries answered`, with `20 by both` where neither has all of the other; nil where all are.
  package var shortfall: String? {
    if both == judged { return nil }
    let each = base == both && tuned == both ? [both] : [base, tuned]
    let counts = each.map(NumberText.count).joined(separator: " and ")
    let common = both < min(base, tuned) ? ", \(NumberText.count(both)) by both" : ""
    return "\(counts) of \(NumberText.counted(judged, "query", plural: "queries")) answered\(common)"
  }

  package var json: JSONValue {
    ["judged": JSONValue(judged), "base": JSONValue(base), "tuned": JSONValue(tuned), "both": JSONValue(both)]
  }
}
