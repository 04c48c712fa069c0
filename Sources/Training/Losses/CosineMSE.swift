public import Tensors

/// Squared error between the cosine of a pair and its label.
///
///     loss = mean_i (s_i − y_i)²
///
/// - Shape: scores `[pairs, documents]` → scalar
/// - Data: pairs of texts with a label between −1 and 1, most often 0 to 1.
/// - Relations: `CosineSimilarityLoss` of sentence-transformers.
/// - Reference: Reimers & Gurevych 2019, arXiv:1908.10084, section 3, regression objective.
public struct CosineMSE: RankingLoss {
  /// The name in a recipe.
  public static let name = "cosineMSE"

  /// Labels.
  public static var needs: Targets.Needs { .labels }

  /// Cosines.
  public static var labels: ClosedRange<Int>? { -1...1 }

  /// The label: only the score of each labelled pair is read.
  public var contrast: Contrast { .target }

  /// Labels are compared with cosines.
  public static func substitute(for scores: ScoreKind) -> String? { scores == .logits ? "mse" : nil }

  /// Makes the loss.
  public init() {}

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name, needs: Self.needs)
    let errors = targets.positiveScores(of: scores) - Tensor(targets.labels, shape: [targets.queries])
    return (errors * errors).mean()
  }
}
