import Kernels
public import Tensors

/// Each query's positive is to score higher than each of its negatives: logistic loss of the difference.
///
///     loss = mean_(q, k) log(1 + exp((s[q, negative_k] − s[q, positive]) / τ))
///
/// The mean runs over all negatives of all rows, without known positives; a batch without any has the loss 0.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: rows with a positive and negatives; triples.
/// - Relations: `RankNet` with natural logarithms, for grades of 1 and 0; a softmax of each negative alone, where
///   `InfoNCE` takes them together.
/// - Reference: Burges et al. 2005, "Learning to Rank using Gradient Descent", ICML, eq. 3 for a pair whose order is
///   sure.
public struct PairwiseLogistic: RankingLoss {
  /// The name in a recipe.
  public static let name = "pairwiseLogistic"

  /// τ, what the scores are divided by: larger than 0; without it 1, which suits logits.
  public var temperature: Double?

  /// True: other documents are not looked at.
  public var needsNegatives: Bool { true }

  /// Makes the loss.
  public init(temperature: Double? = nil) { self.temperature = temperature }

  /// Checks the settings.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {
    problems.temperature(temperature, for: scores)
  }

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name)
    let temperature = temperature ?? 1
    require(temperature > 0, "pairwiseLogistic: the temperature \(temperature) is not larger than 0")
    var (positives, negatives): ([Int], [Int]) = ([], [])
    for (query, own) in targets.negatives.enumerated() {
      let start = query * scores.shape[1]
      let known = Set(targets.knownPositives[query])
      for column in own where !known.contains(column) {
        positives.append(start + targets.positives[query])
        negatives.append(start + column)
      }
    }
    if negatives.isEmpty { return Tensor(0) }
    let margins = scores.gatherElements(negatives) - scores.gatherElements(positives)
    return (margins * Float(1 / temperature)).softplus().mean()
  }
}
