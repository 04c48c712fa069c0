public import Tensors

/// The cosine of a pair is to be its label.
///
///     loss = mean_i (s_i − y_i)²
///
/// - Shape: scores `[pairs, documents]` → scalar
/// - Data: pairs of texts with a label between −1 and 1, most often 0 to 1.
/// - Relations: `CosineSimilarityLoss` of sentence-transformers.
/// - Reference: Reimers & Gurevych 2019, arXiv:1908.10084, section 3, regression objective.
public struct CosineMSE: RankingLoss {
  /// Labels.
  public static var needs: Targets.Needs { .labels }

  /// Makes the loss.
  public init() {}

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: "cosineMSE", needs: Self.needs)
    let errors = targets.positiveScores(of: scores) - Tensor(targets.labels, shape: [targets.queries])
    return (errors * errors).mean()
  }
}
