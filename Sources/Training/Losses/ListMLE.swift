#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Kernels
import SettingKeys
public import Tensors

/// Maximizes the likelihood of the order of a query's documents by grade, drawn from the top without replacement.
///
///     loss = mean_q Σ_i w_i · log Σ_(j ≥ i) exp((s[q, j] − s[q, i]) / τ)
///
/// i and j are ranks by descending grade, from 1 to n, of the query's positive and the negatives of its own row; equal
/// grades keep the order of the row. w is 1, or with `positionAware` (2^(n − i) − 1) divided by the sum of these, so
/// that mistakes at the top count most. A list whose grades are all equal has no order, and adds 0 to the mean.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: groups with grades, or rows with a positive and negatives; the more different grades, the better.
/// - Relations: `ListMLELoss` and `PListMLELoss` of sentence-transformers with `respect_input_order=False`, which take
///   a list without an order as it comes.
/// - Reference: Xia et al. 2008, "Listwise Approach to Learning to Rank: Theory and Algorithm", ICML; position-aware:
///   Lan et al. 2014, "Position-Aware ListMLE", UAI.
public struct ListMLE: RankingLoss {
  /// The name in a recipe.
  public static let name = "listMLE"

  /// True if the top of the list counts most.
  public var positionAware: Bool
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
  public init(positionAware: Bool, temperature: Double? = nil) {
    self.positionAware = positionAware
    self.temperature = temperature
  }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    positionAware = try keys.value(.positionAware, default: false, "True if the top of the list counts most.")
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
    require(temperature > 0, "listMLE: the temperature \(temperature) is not larger than 0")
    // Each draw is a list of its own: the document drawn, and those that are left. The last draw is certain.
    var (draws, weights): ([[Int]], [Float]) = ([], [])
    for list in targets.gradedLists(width: scores.shape[1]) where list.isOrdered {
      let cells = list.cellsByGrade
      draws += cells.indices.dropLast().map { Array(cells[$0...]) }
      weights += positionWeights(cells.count)
    }
    if draws.isEmpty { return Tensor(0) }
    let drawn = scores.gatherElements(draws.map { $0[0] }).reshaped(to: [draws.count, 1])
    let surprises = ((CellLists(draws)(scores) - drawn) * Float(1 / temperature)).logSumExp()
    return (surprises * Tensor(weights, shape: surprises.shape)).sum() / Float(targets.queries)
  }

  /// w of every draw but the last.
  private func positionWeights(_ count: Int) -> [Float] {
    guard positionAware else { return Array(repeating: 1, count: count - 1) }
    // 2^(n − i) − 1 divided by 2^n, so that no power overflows.
    let weights = (1..<count).map { exp2(-Double($0)) - exp2(-Double(count)) }
    let total = weights.reduce(0, +)
    return weights.map { Float($0 / total) }
  }
}

extension GradedList {
  /// The cells by descending grade; equal ones keep their order.
  fileprivate var cellsByGrade: [Int] {
    let order = cells.indices.sorted { grades[$0] == grades[$1] ? $0 < $1 : grades[$0] > grades[$1] }
    return order.map { cells[$0] }
  }
}
