package import Retrieval
import Words

/// The values of one measure for the same queries under the champion and the candidate.
package struct PairedValues: Sendable {
  /// The split, or the split and the slice: `dev`, `dev/german`.
  package var name: String
  package var measure: String
  package var queries: [String]
  /// A value for each query; nil where there is no champion yet.
  package var champion: [Double]?
  package var candidate: [Double]

  package init(name: String, measure: String, queries: [String], champion: [Double]?, candidate: [Double]) {
    (self.name, self.measure, self.queries) = (name, measure, queries)
    (self.champion, self.candidate) = (champion, candidate)
  }

  /// The values of a measure in two evaluations of the same judgments.
  ///
  /// An evaluation that lacks the measure gives no values; the gate then refuses.
  package init(_ name: String, _ measure: Measure, champion: MeasureValues?, candidate: MeasureValues) {
    let queries = candidate.topics.map(\.query)
    let before = champion.map { champion -> [Double] in
      let isSame = champion.topics.map { ExactText($0.query) } == queries.map { ExactText($0) }
      return isSame ? champion.values(of: measure) ?? [] : []
    }
    self.init(
      name: name, measure: measure.description, queries: queries, champion: before,
      candidate: candidate.values(of: measure) ?? [])
  }

  /// The values of some of the queries.
  package func slice(_ slice: String, where contains: (String) -> Bool) -> PairedValues {
    let kept = queries.indices.filter { contains(queries[$0]) }
    func values(_ all: [Double]) -> [Double] { all.count == queries.count ? kept.map { all[$0] } : [] }
    return PairedValues(
      name: "\(name)/\(slice)", measure: measure, queries: kept.map { queries[$0] },
      champion: champion.map(values), candidate: values(candidate))
  }
}

/// All that a gate looks at.
package struct GateEvidence {
  /// The split and measure that decide.
  package var deciding: PairedValues
  /// Other splits, and slices of them, on which no harm may be done.
  package var slices: [PairedValues] = []
  /// A second held-out split; it is measured only if everything else speaks for the candidate.
  package var heldOut: (() throws -> PairedValues)?
  /// The number of the deciding queries that training has seen, in any spelling; nil where nobody counted.
  package var leaked: Int?
  /// The median time of a query in seconds; nil where nobody measured.
  package var latency: (champion: Double?, candidate: Double)?
  /// The bytes of the models.
  package var size: (champion: Int?, candidate: Int)?

  package init(deciding: PairedValues) { self.deciding = deciding }
}
