import Kernels
import SettingKeys
public import Tensors

/// Logistic loss of score differences: each query's positive should score higher than each of its negatives.
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
///   certain.
public struct PairwiseLogistic: RankingLoss {
  /// The name in a recipe.
  public static let name = "pairwiseLogistic"

  /// τ, the divisor of the scores: larger than 0; default 1, which suits logits.
  public var temperature: Double?

  /// The row's own negatives.
  public var contrast: Contrast { .ownNegatives(leavingOutKnown: true) }

  /// The temperature.
  public var temperatureOfScores: Double? { temperature }

  /// True: other documents are ignored.
  public var needsNegatives: Bool { true }

  /// Makes the loss.
  public init(temperature: Double? = nil) { self.temperature = temperature }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    temperature = try keys.optional(
      .temperature, default: decoder.usualTemperature, example: 0.05,
      "τ, the divisor of the scores: larger than 0.")
  }

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
