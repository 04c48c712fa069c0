import SettingKeys
public import Tensors

/// Pulls pairs that belong together closer, and pushes others apart up to a margin.
///
///     loss = ½ mean_i ( y_i · d_i² + (1 − y_i) · max(0, margin − d_i)² )        d_i = 1 − cosine of pair i
///
/// - Shape: scores `[pairs, documents]` → scalar
/// - Data: pairs of texts with a label of 1 (together) or 0 (apart).
/// - Relations: `ContrastiveLoss` of sentence-transformers with its cosine distance.
/// - Reference: Hadsell, Chopra & LeCun 2006, "Dimensionality Reduction by Learning an Invariant Mapping", eq. 4.
public struct Contrastive: RankingLoss {
  /// The name in a recipe.
  public static let name = "contrastive"

  /// The cosine distance beyond which pairs that do not belong together add no loss: larger than 0, at most 2.
  public var margin: Double

  /// Labels.
  public static var needs: Targets.Needs { .labels }

  /// Apart and together.
  public static var labels: ClosedRange<Int>? { 0...1 }

  /// The label: only the score of each labelled pair is read.
  public var contrast: Contrast { .target }

  /// Labels are compared with cosines.
  public static func substitute(for scores: ScoreKind) -> String? { scores == .logits ? "binaryCrossEntropy" : nil }

  /// Makes the loss.
  public init(margin: Double) { self.margin = margin }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    margin = try keys.value(
      .margin, default: 0.5,
      "The cosine distance from which on pairs that do not belong together add no loss: at most 2.")
  }

  /// Checks the settings.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {
    problems.margin(margin, for: scores)
  }

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name, needs: Self.needs)
    let labels = Tensor(targets.labels, shape: [targets.queries])
    let distances = 1 - targets.positiveScores(of: scores)
    let shortfalls = (Float(margin) - distances).relu()
    return (labels * distances * distances + (1 - labels) * shortfalls * shortfalls).mean() * 0.5
  }
}
