#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Kernels
import SettingKeys
public import Tensors

/// `RankNet` with weights that make it a bound of nDCG: pairs whose order matters at the top count most.
///
///     loss = mean_(q, i, j): y_i > y_j w_ij · log₂(1 + exp(−σ · (s[q, i] − s[q, j])))
///
/// With ranks r by descending score, gains G = (2^y − 1) / ideal DCG@k of the query and D_r = log₂(1 + r), the weights
/// are
///
///     none           1
///     nDCGLoss1      G_i / D_(r_i), over all ordered pairs, equal grades and i = j included
///     nDCGLoss2      |1 / D_d − 1 / D_(d + 1)| · |G_i − G_j|        d = |r_i − r_j|
///     lambdaRank     |1 / D_(r_i) − 1 / D_(r_j)| · |G_i − G_j|
///     nDCGLoss2++    μ · nDCGLoss2 + lambdaRank
///
/// and no gradient goes through them. With `k`, one of the two documents must be among the k best by score; equal
/// scores rank in the order of the list. The mean runs over all pairs of all queries, including those of weight 0. A
/// list with one document has no pairs here; one without a grade above 0 adds 0, except without weights, where only the
/// order of grades counts. A batch without pairs has the loss 0.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: groups with grades, or rows with a positive and negatives. Grades below 0 have the gain 0.
/// - Relations: `LambdaLoss` of sentence-transformers, where nDCGLoss1 counts lists of one document as well, which adds
///   a constant.
/// - Reference: Wang et al. 2018, "The LambdaLoss Framework for Ranking Metric Optimization", CIKM; `k` as in its
///   eq. 18.
public struct LambdaLoss: RankingLoss {
  /// The name in a recipe.
  public static let name = "lambdaLoss"

  /// The weight of a pair of documents.
  public enum Weighting: String, Codable, CaseIterable, Sendable {
    /// Every pair the same.
    case none
    /// The gain of the first, discounted by its rank.
    case nDCGLoss1
    /// The difference of gains, discounted by the distance of the ranks.
    case nDCGLoss2
    /// The change of nDCG when the two are swapped.
    case lambdaRank
    /// The sum of the last two.
    case nDCGLoss2PlusPlus = "nDCGLoss2++"
  }

  /// The base of a logarithm.
  public enum Logarithm: String, Codable, CaseIterable, Sendable {
    /// e.
    case natural
    /// 2, which multiplies the loss by 1.44.
    case binary
  }

  /// The weight of a pair of documents.
  public var weighting: Weighting
  /// The k of nDCG@k; default all documents.
  public var k: Int?
  /// σ, the factor on score differences: larger than 0.
  public var sigma: Double
  /// μ, the weight of nDCGLoss2 in nDCGLoss2++: larger than 0; default ``usualMu``.
  public var mu: Double?
  /// The lower bound of an ideal DCG: larger than 0.
  public var epsilon: Double
  /// The base of the logarithm.
  public var logarithm: Logarithm

  /// Grades.
  public static var needs: Targets.Needs { .grades }

  /// Documents of other grades.
  public var contrast: Contrast { .grades }

  /// True: other documents are ignored.
  public var needsNegatives: Bool { true }

  /// The default of μ.
  public static let usualMu = 10.0
  /// The default of ε.
  public static let usualEpsilon = 1e-10

  /// Makes the loss.
  public init(
    weighting: Weighting, k: Int? = nil, sigma: Double, mu: Double? = nil, epsilon: Double = usualEpsilon,
    logarithm: Logarithm
  ) {
    self.weighting = weighting
    self.k = k
    self.sigma = sigma
    self.mu = mu
    self.epsilon = epsilon
    self.logarithm = logarithm
  }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    weighting = try keys.required(.weighting, example: .lambdaRank, "The weight of a pair of documents.")
    k = try keys.optional(.k, example: 10, "The k of nDCG@k; without it all documents.")
    sigma = try keys.value(
      .sigma, default: decoder.usualScale, "σ, the factor on score differences, 1 / temperature: larger than 0.")
    mu = try keys.optional(
      .mu, default: weighting == .nDCGLoss2PlusPlus ? Self.usualMu : nil, example: Self.usualMu,
      "μ, the weight of nDCGLoss2 in nDCGLoss2++; \(Self.usualMu) there, and other weightings have none.")
    epsilon = try keys.value(.epsilon, default: Self.usualEpsilon, "The lower bound of an ideal DCG: larger than 0.")
    logarithm = try keys.required(.logarithm, example: .natural, "The base of the logarithm.")
  }

  /// Checks the settings.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {
    problems.atLeastOne("k", k)
    problems.positive("sigma", sigma)
    problems.positive("mu", mu)
    problems.positive("epsilon", epsilon)
    problems.require(
      mu == nil || weighting == .nDCGLoss2PlusPlus, "mu", reading: ["weighting"],
      else: "only the weighting nDCGLoss2++ reads it")
  }

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name, needs: Self.needs)
    require(
      sigma > 0 && (k ?? 1) > 0 && (mu ?? 1) > 0 && epsilon > 0,
      "lambdaLoss: sigma, k, mu and epsilon are larger than 0")
    let values = scores.elements
    var (better, worse, weights): ([Int], [Int], [Double]) = ([], [], [])
    var (pairs, constant) = (0, 0.0)
    for list in targets.gradedLists(width: scores.shape[1]) where list.cells.count > 1 {
      let ranked = RankedList(list, scores: values, k: k, epsilon: epsilon)
      for (i, j) in self.pairs(of: ranked) {
        pairs += 1
        let weight = self.weight(of: i, j, in: ranked)
        if i == j {
          constant += weight * log(2)
        } else if weight > 0 {
          better.append(ranked.cells[i])
          worse.append(ranked.cells[j])
          weights.append(weight)
        }
      }
    }
    let unit = Double(pairs) * (logarithm == .binary ? log(2) : 1)
    if better.isEmpty { return Tensor(pairs == 0 ? 0 : Float(constant / unit)) }
    let margins = scores.gatherElements(better) - scores.gatherElements(worse)
    let losses = (margins * Float(-sigma)).softplus()
    return (losses * Tensor(weights.map { Float($0 / unit) }, shape: losses.shape)).sum() + Float(constant / unit)
  }

  /// The pairs that count, as indices into the list by descending score.
  private func pairs(of list: RankedList) -> [(Int, Int)] {
    let indices = list.cells.indices
    return indices.flatMap { i in
      indices.compactMap { j in
        let isAtTop = min(i, j) < k ?? indices.count
        return isAtTop && (weighting == .nDCGLoss1 || list.grades[i] > list.grades[j]) ? (i, j) : nil
      }
    }
  }

  private func weight(of i: Int, _ j: Int, in list: RankedList) -> Double {
    let distance = abs(i - j)
    let difference = abs(list.gains[i] - list.gains[j])
    func nDCGLoss2() -> Double { abs(1 / discount(distance) - 1 / discount(distance + 1)) * difference }
    func lambdaRank() -> Double { abs(1 / discount(i + 1) - 1 / discount(j + 1)) * difference }
    return switch weighting {
    case .none: 1
    case .nDCGLoss1: list.gains[i] / discount(i + 1)
    case .nDCGLoss2: nDCGLoss2()
    case .lambdaRank: lambdaRank()
    case .nDCGLoss2PlusPlus: (mu ?? Self.usualMu) * nDCGLoss2() + lambdaRank()
    }
  }
}

/// The documents of a query by descending score.
private struct RankedList {
  let cells: [Int]
  let grades: [Float]
  /// (2^grade − 1) / ideal DCG.
  let gains: [Double]

  init(_ list: GradedList, scores: [Float], k: Int?, epsilon: Double) {
    let order = list.cells.indices.sorted { a, b in
      let (first, second) = (scores[list.cells[a]], scores[list.cells[b]])
      return first == second ? a < b : first > second
    }
    cells = order.map { list.cells[$0] }
    grades = order.map { list.grades[$0] }
    // Everything is divided by 2^peak, so that no power overflows.
    let peak = Double(max(0, list.grades.max() ?? 0))
    let powers = grades.map { exp2(Double(max(0, $0)) - peak) - exp2(-peak) }
    let ideal = zip(powers.sorted(by: >), 1...).prefix(k ?? powers.count).reduce(0) { $0 + $1.0 / discount($1.1) }
    gains = powers.map { $0 / max(ideal, epsilon * exp2(-peak)) }
  }
}

/// D_r = log₂(1 + r), with ranks from 1.
private func discount(_ rank: Int) -> Double { log2(Double(1 + rank)) }
