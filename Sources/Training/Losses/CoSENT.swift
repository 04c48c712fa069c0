import SettingKeys
public import Tensors

/// Pairs with a higher label should score higher than pairs with a lower one.
///
///     loss = log(1 + Σ_(i, j): y_i < y_j exp(scale · (s_i − s_j)))        s_i = the cosine of pair i
///
/// Only the order of the labels counts; labels that are all equal give the loss 0.
///
/// - Shape: scores `[pairs, documents]` → scalar
/// - Data: pairs of texts with a label of any scale.
/// - Relations: `CoSENTLoss` of sentence-transformers.
/// - Reference: Su 2022, "CoSENT", kexue.fm/archives/8847.
public struct CoSENT: RankingLoss {
  /// The name in a recipe.
  public static let name = "coSENT"

  /// The factor on differences of cosines; the reciprocal of a temperature.
  public var scale: Double

  /// Labels.
  public static var needs: Targets.Needs { .labels }

  /// The reciprocal of the scale.
  public var temperatureOfScores: Double? { 1 / scale }

  /// Other labelled pairs of the step.
  public var contrast: Contrast { .labels }

  /// Makes the loss.
  public init(scale: Double) { self.scale = scale }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    scale = try keys.value(
      .scale, default: decoder.usualScale, "The factor on differences of scores, 1 / temperature: larger than 0.")
  }

  /// Checks the settings.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {
    problems.positive("scale", scale)
  }

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name, needs: Self.needs)
    let count = targets.queries
    let labels = targets.labels
    var mask = [Float](repeating: -.infinity, count: count * count)
    for i in 0..<count {
      for j in 0..<count where labels[i] < labels[j] { mask[i * count + j] = 0 }
    }
    let pairs = targets.positiveScores(of: scores)
    let differences = (pairs.reshaped(to: [count, 1]) - pairs) * Float(scale) + Tensor(mask, shape: [count, count])
    let one = Tensor(repeating: 0, shape: [1])  // e⁰
    return Tensor.concatenated([one, differences.reshaped(to: [count * count])]).logSumExp()
  }
}
