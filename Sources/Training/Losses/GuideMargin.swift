import Kernels
public import Tensors

/// The margin within which a guide model marks a query's negatives as false negatives.
///
///     masked: g[q, d] > g[q, positive(q)] − margin                                  (absolute)
///     masked: g[q, d] > g[q, positive(q)] − |g[q, positive(q)]| · margin            (relative)
///
/// Masked documents join the known positives of ``Targets``, so that a loss needs no guide of its own.
///
/// - Relations: `GISTEmbedLoss` of sentence-transformers without its contrasts of queries with queries and of positives
///   with positives.
/// - Reference: Solatorio 2024, arXiv:2402.16829, section 3.
public enum GuideMargin: Equatable, Sendable {
  /// A difference of scores.
  case absolute(Double)
  /// A fraction of the positive's score.
  case relative(Double)

  /// The columns of each query's false negatives; its positive is never among them.
  ///
  /// - Shape: the guide's scores `[queries, documents]`
  public func falseNegatives(_ scores: Tensor, positives: [Int]) -> [[Int]] {
    require(
      scores.shape.rank == 2 && scores.shape[0] == positives.count,
      "guide: scores \(scores.shape) for \(positives.count) queries")
    return positives.enumerated().map { query, positive in
      let row = scores.row(query)
      let limit =
        switch self {
        case .absolute(let margin): row[positive] - Float(margin)
        case .relative(let margin): row[positive] - abs(row[positive]) * Float(margin)
        }
      return row.indices.filter { $0 != positive && row[$0] > limit }
    }
  }
}
