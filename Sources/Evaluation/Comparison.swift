package import JSONText
package import Retrieval
package import Words

/// The comparison of a base model and a tuned one on one measure of one split.
package struct Comparison: Sendable, Equatable {
  package var split: String
  package var measure: Measure
  package var base: Double
  package var tuned: Double
  package var test: PairedTest
  /// The judged queries that each answers; nil where nobody counted.
  package var answered: AnsweredQueries?

  package var json: JSONValue {
    var object = JSONObject([
      ("split", JSONValue(split)), ("measure", JSONValue(measure.description)), ("base", JSONValue(base)),
      ("tuned", JSONValue(tuned)), ("difference", JSONValue(test.meanDifference)),
      ("interval", [JSONValue(test.interval.lowerBound), JSONValue(test.interval.upperBound)]),
      ("p", JSONValue(test.pValue)), ("exact", JSONValue(test.isExact)), ("queries", JSONValue(test.queryCount)),
      ("wins", JSONValue(test.wins)), ("losses", JSONValue(test.losses)), ("ties", JSONValue(test.ties)),
    ])
    if let answered { object["answered"] = answered.json }
    object["verdict"] = JSONValue(test.verdict.description)
    return .object(object)
  }

  /// The verdict, with what it leaves out where a system does not answer all judged queries.
  package var verdict: String {
    test.verdict.description + (answered?.shortfall.map { " (\($0))" } ?? "")
  }

  /// The cells of a row, in the order of ``columns``.
  package var cells: [String] {
    [
      split, measure.description, NumberText.fixed(base, decimals: 4), NumberText.fixed(tuned, decimals: 4),
      NumberText.signed(test.meanDifference, decimals: 4), Self.interval(test.interval), Self.probability(test.pValue),
      "\(test.wins)/\(test.losses)/\(test.ties)", verdict,
    ]
  }

  /// The columns of a table of comparisons, with the names of the two systems.
  package static func columns(base: String, tuned: String) -> [(name: String, alignment: TextTable.Alignment)] {
    [
      ("split", .left), ("measure", .left), (base, .right), (tuned, .right), ("change", .right),
      ("95 % interval", .right),
      ("p", .right), ("win/loss/tie", .right), ("verdict", .left),
    ]
  }

  /// The comparisons as a table for a terminal.
  package static func table(_ comparisons: [Comparison], base: String = "base", tuned: String = "tuned") -> TextTable {
    var table = TextTable(columns(base: base, tuned: tuned))
    for comparison in comparisons { table.add(comparison.cells) }
    return table
  }

  private static func interval(_ interval: ClosedRange<Double>) -> String {
    let (low, high) = (interval.lowerBound, interval.upperBound)
    return "\(NumberText.signed(low, decimals: 4)) … \(NumberText.signed(high, decimals: 4))"
  }

  private static func probability(_ value: Double) -> String {
    value < 0.0001 ? "< 0.0001" : NumberText.fixed(value, decimals: 4)
  }
}

extension Comparison {
  /// Compares two evaluations of the same judgments on all their measures.
  package static func all(
    split: String, base: MeasureValues, tuned: MeasureValues
  ) throws(RetrievalError) -> [Comparison] {
    var comparisons: [Comparison] = []
    let answered = AnsweredQueries(base: base, tuned: tuned)
    for measure in base.measures {
      guard let before = base.mean(of: measure), let after = tuned.mean(of: measure) else { continue }
      let test = try PairedTest(of: measure, baseline: base, candidate: tuned)
      comparisons.append(
        Comparison(split: split, measure: measure, base: before, tuned: after, test: test, answered: answered))
    }
    return comparisons
  }
}
