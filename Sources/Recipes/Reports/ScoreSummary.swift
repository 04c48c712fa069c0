import JSONText
import Words

/// Quantiles of the scores of positives and of negatives.
struct ScoreSummary: Sendable {
  private let positives: [Float]
  private let negatives: [Float]

  private static let quantiles: [(name: String, share: Double)] = [
    ("least", 0), ("10 %", 0.1), ("median", 0.5), ("90 %", 0.9), ("most", 1),
  ]

  /// Summarizes scores in any order.
  init(positives: [Float], negatives: [Float]) {
    self.positives = positives.sorted()
    self.negatives = negatives.sorted()
  }

  /// The summary as a table for a terminal.
  var lines: [String] {
    var table = TextTable([("score", .left)] + Self.quantiles.map { ($0.name, .right) })
    for (name, values) in [("positives", positives), ("negatives", negatives)] {
      table.add(
        [name]
          + Self.quantiles.map { quantile in
            Self.quantile(quantile.share, of: values).map { NumberText.fixed(Double($0), decimals: 3) } ?? "–"
          })
    }
    return table.lines
  }

  var json: JSONValue {
    func quantiles(_ values: [Float]) -> JSONValue {
      .object(
        JSONObject(
          Self.quantiles.map { quantile in
            (name: quantile.name, value: Self.quantile(quantile.share, of: values).map { JSONValue($0) } ?? .null)
          }))
    }
    return ["positives": quantiles(positives), "negatives": quantiles(negatives)]
  }

  /// The quantile of sorted values by the nearest rank.
  private static func quantile(_ share: Double, of sorted: [Float]) -> Float? {
    sorted.isEmpty ? nil : sorted[Int((share * Double(sorted.count - 1)).rounded())]
  }
}
