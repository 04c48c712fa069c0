import SettingKeys
public import Tensors

/// Logistic loss of score differences: of two documents of a query, the one with the higher grade should score higher.
///
///     loss = mean_(q, i, j): y_i > y_j log(1 + exp(−σ · (s[q, i] − s[q, j])))
///
/// i and j run over the query's positive and the negatives of its own row; with `k`, one of the two must be among the k
/// best by score. The mean runs over all pairs of all queries; a list whose grades are all equal has none, and a batch
/// without any has the loss 0.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: groups with grades, or rows with a positive and negatives.
/// - Relations: `RankNetLoss` of sentence-transformers; `LambdaLoss` without weights.
/// - Reference: Burges et al. 2005, "Learning to Rank using Gradient Descent", ICML, eq. 3 for a pair whose order is
///   certain.
public struct RankNet: RankingLoss {
  /// The name in a recipe.
  public static let name = "rankNet"

  /// The number of best documents by score that count; default all.
  public var k: Int?
  /// σ, the factor on score differences: larger than 0.
  public var sigma: Double
  /// The base of the logarithm.
  public var logarithm: LambdaLoss.Logarithm

  /// Grades.
  public static var needs: Targets.Needs { .grades }

  /// Documents of other grades.
  public var contrast: Contrast { .grades }

  /// True: other documents are ignored.
  public var needsNegatives: Bool { true }

  /// Makes the loss.
  public init(k: Int? = nil, sigma: Double, logarithm: LambdaLoss.Logarithm) {
    self.k = k
    self.sigma = sigma
    self.logarithm = logarithm
  }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    k = try keys.optional(.k, example: 10, "The number of best documents by score that count; without it all.")
    sigma = try keys.value(
      .sigma, default: decoder.usualScale, "σ, the factor on score differences, 1 / temperature: larger than 0.")
    logarithm = try keys.required(.logarithm, example: .natural, "The base of the logarithm.")
  }

  /// Checks the settings.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {
    problems.atLeastOne("k", k)
    problems.positive("sigma", sigma)
  }

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name, needs: Self.needs)
    return LambdaLoss(weighting: .none, k: k, sigma: sigma, logarithm: logarithm)(scores, targets: targets)
  }
}
