#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Kernels
import SettingKeys
public import Tensors

/// Fits the distribution over a query's documents to that of their grades: cross-entropy of two softmaxes.
///
///     loss = −mean_q Σ_c p[c] log softmax(s / τ)[c]        p = softmax(y)
///
/// c runs over the query's positive and the negatives of its own row. The softmax of grades is soft: a grade of 1 and
/// seven of 0 become 0.28 and 0.10 each. A list whose grades are all equal has no order, and adds 0 to the mean.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: groups with grades, or rows with a positive and negatives.
/// - Relations: `ListNetLoss` of sentence-transformers, which draws the scores of a list without an order together.
///   `Distillation` is the same for a teacher's scores, up to a constant.
/// - Reference: Cao et al. 2007, "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML, with the
///   probability of coming first.
public struct ListNet: RankingLoss {
  /// The name in a recipe.
  public static let name = "listNet"

  /// τ, the divisor of the scores: larger than 0; default 1, which suits logits.
  public var temperature: Double?

  /// Grades.
  public static var needs: Targets.Needs { .grades }

  /// Documents of other grades.
  public var contrast: Contrast { .grades }

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
    targets.check(scores, for: Self.name, needs: Self.needs)
    let temperature = temperature ?? 1
    require(temperature > 0, "listNet: the temperature \(temperature) is not larger than 0")
    let lists = targets.gradedLists(width: scores.shape[1]).filter(\.isOrdered)
    if lists.isEmpty { return Tensor(0) }
    let candidates = CellLists(lists.map(\.cells))
    // A softmax is invariant to a shift of all its scores; the shift keeps the digits of large ones.
    let firsts = scores.gatherElements(lists.map { $0.cells[0] }).reshaped(to: [lists.count, 1])
    let margins = (candidates(scores) - firsts) * Float(1 / temperature)
    let logarithms = margins.logSoftmax().gatherElements(candidates.indices)
    let target = Tensor(lists.flatMap { softmax($0.grades) }, shape: logarithms.shape)
    return -(target * logarithms).sum() / Float(targets.queries)
  }
}

private func softmax(_ grades: [Float]) -> [Float] {
  let peak = Double(grades.max() ?? 0)
  let powers = grades.map { exp(Double($0) - peak) }
  let total = powers.reduce(0, +)
  return powers.map { Float($0 / total) }
}
