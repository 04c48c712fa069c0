package import JSONText

/// The rules by which a candidate takes the champion's place.
package struct GateRules: Sendable, Equatable {
  /// The least mean difference that is worth a change, in units of the measure.
  package var leastEffect = 0.002
  /// The p-value below which a difference counts: half of it is the rate at which a candidate that is no better passes the
  /// test by chance.
  package var alpha = 0.05
  /// The largest mean loss on any slice.
  package var largestHarm = 0.02
  /// The fewest queries of the split that decides.
  package var minimumQueries = 20
  /// The fewest queries of a slice that counts.
  package var minimumSliceQueries = 10
  /// The least mean of the candidate itself; nil for none.
  package var leastValue: Double?
  /// The most queries that are trained on, as a share of the split that decides.
  package var largestLeak = 0.0
  /// The most the candidate's latency may be, as a multiple of the champion's.
  package var largestLatencyRatio = 1.5
  /// The most the candidate's size may be, as a multiple of the champion's.
  package var largestSizeRatio = 1.5

  package init() {}

  package var json: JSONValue {
    [
      "leastEffect": JSONValue(leastEffect), "alpha": JSONValue(alpha), "largestHarm": JSONValue(largestHarm),
      "minimumQueries": JSONValue(minimumQueries), "minimumSliceQueries": JSONValue(minimumSliceQueries),
      "leastValue": leastValue.map { JSONValue($0) } ?? .null, "largestLeak": JSONValue(largestLeak),
      "largestLatencyRatio": JSONValue(largestLatencyRatio), "largestSizeRatio": JSONValue(largestSizeRatio),
    ]
  }
}
