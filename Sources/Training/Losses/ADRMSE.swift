#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import Kernels
import SettingKeys
public import Tensors

/// Fits each document's rank by score to its rank by grade; errors at the top count most.
///
///     loss = mean_(q, i) (r_i − r̂_i)² / log₂(1 + r_i)        r̂_i = 1 + Σ_(j ≠ i) σ(α · (s[q, j] − s[q, i]))
///
/// i and j run over the query's positive and the negatives of its own row; r_i is the rank by descending grade, equal
/// grades sharing the mean of their ranks. The mean counts every document of every list. A list whose grades are all
/// equal has no order, and adds 0.
///
/// - Shape: scores `[queries, documents]` → scalar
/// - Data: groups with grades, or rows with a positive and negatives; best the order of a better ranker.
/// - Relations: `ADRMSELoss` of sentence-transformers, which draws the scores of a list without an order together.
/// - Reference: Schlatt et al. 2025, "Rank-DistiLLM", ECIR, approximate discounted rank mean squared error; the
///   approximate rank: Qin, Liu & Li 2010, "A general approximation framework for direct optimization of IR measures".
public struct ADRMSE: RankingLoss {
  /// The name in a recipe.
  public static let name = "adrMSE"

  /// α, the factor on score differences: larger than 0.
  ///
  /// The larger, the nearer r̂ is to a rank, and the fewer documents have a gradient.
  public var alpha: Double

  /// Grades.
  public static var needs: Targets.Needs { .grades }

  /// Documents of other grades.
  public var contrast: Contrast { .grades }

  /// True: other documents are ignored.
  public var needsNegatives: Bool { true }

  /// Makes the loss.
  public init(alpha: Double) { self.alpha = alpha }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    alpha = try keys.required(
      .alpha, example: 1,
      "The factor on score differences: the larger, the nearer to ranks, and the fewer documents have a gradient.")
  }

  /// Checks the settings.
  public func check(for scores: ScoreKind, _ problems: inout LossProblems) {
    problems.positive("alpha", alpha)
  }

  /// The loss of a batch.
  public func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor {
    targets.check(scores, for: Self.name, needs: Self.needs)
    require(alpha > 0, "adrMSE: alpha \(alpha) is not larger than 0")
    let lists = targets.gradedLists(width: scores.shape[1])
    let documents = Double(lists.reduce(0) { $0 + $1.cells.count })
    var (ranked, others, offsets): ([Int], [Int], [Int]) = ([], [], [0])
    var (ranks, weights): ([Float], [Float]) = ([], [])
    for list in lists where list.isOrdered {
      for (i, rank) in list.ranks.enumerated() {
        let rest = list.cells.indices.filter { $0 != i }.map { list.cells[$0] }
        ranked += Array(repeating: list.cells[i], count: rest.count)
        others += rest
        offsets.append(others.count)
        ranks.append(Float(rank))
        weights.append(Float(1 / (log2(1 + rank) * documents)))
      }
    }
    if ranks.isEmpty { return Tensor(0) }
    let margins = scores.gatherElements(others) - scores.gatherElements(ranked)
    let ahead = (margins * Float(alpha)).sigmoid().reshaped(to: [others.count, 1]).segmentSum(offsets: offsets)
    let errors = ahead.reshaped(to: [ranks.count]) + 1 - Tensor(ranks, shape: [ranks.count])
    return (errors * errors * Tensor(weights, shape: [ranks.count])).sum()
  }
}

extension GradedList {
  /// The rank of each document by descending grade, from 1; equal grades share the mean of their ranks.
  fileprivate var ranks: [Double] {
    grades.map { grade in
      let (better, equal) = (grades.count { $0 > grade }, grades.count { $0 == grade })
      return Double(better) + Double(equal + 1) / 2
    }
  }
}
