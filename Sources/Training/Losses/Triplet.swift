import SettingKeys
public import Tensors

/// Each query's positive should be closer than its negatives by a margin of cosine distance.
///
///     loss = mean_q mean_k max(0, d(q, positive) − d(q, negative_k) + margin)        d = 1 − cosine
///
/// k runs over the negatives of the query's own row; a row that has none takes every other document of the batch
/// instead. Known positives are never negatives. The inner mean lets a row with many negatives count as much as a
/// row with one; rows without any are left out, and a batch without any has the loss 0.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: pairs of query and positive, with any number of negatives per row.
/// - Relations: `TripletLoss` of sentence-transformers with its cosine distance, for one negative per row.
/// - Reference: Schroff, Kalenichenko & Philbin 2015, arXiv:1503.03832, section 3.1.
public struct Triplet: RankingLoss {
  /// The name in a recipe.
  public static let name = "triplet"

  /// The margin, as a difference of scores: larger than 0, and for cosines at most 2.
  public var margin: Double

  /// The row's own negatives, or else other documents of the batch.
  public var contrast: Contrast { .ownNegativesOrStepDocuments }

  /// Makes the loss.
  public init(margin: Double) { self.margin = margin }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    margin = try keys.required(
      .margin, example: 0.3, "The difference of scores to reach: larger than 0, and for cosines at most 2.")
  }

  /// Checks the settings.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {
    problems.margin(margin, for: scores)
  }

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name)
    let columns = 0..<scores.shape[1]
    var (positives, negatives, shares): ([Int], [Int], [Float]) = ([], [], [])
    var rows = 0
    for query in 0..<targets.queries {
      let positive = targets.positives[query]
      let own = targets.negatives[query]
      let known = Set(targets.knownPositives[query] + [positive])
      let start = query * columns.count
      let before = negatives.count
      if own.isEmpty {
        for column in columns where !known.contains(column) { negatives.append(start + column) }
      } else {
        for column in own where !known.contains(column) { negatives.append(start + column) }
      }
      let count = negatives.count - before
      if count == 0 { continue }
      rows += 1
      positives += Array(repeating: start + positive, count: count)
      shares += Array(repeating: 1 / Float(count), count: count)
    }
    if rows == 0 { return Tensor(0) }
    let margins = scores.gatherElements(negatives) - scores.gatherElements(positives) + Float(margin)
    return (margins.relu() * Tensor(shares, shape: [shares.count])).sum() / Float(rows)
  }
}
