import Files
import Words

/// A paired randomization test of a candidate against a baseline on the same queries.
///
/// If both systems were equally good, each query's difference could as well have had the other sign. The p-value is the share
/// of sign assignments whose mean difference is at least as far from 0 as the observed one (two-sided; Fisher's
/// randomization test, as recommended for retrieval by Smucker, Allan and Carterette, CIKM 2007). With at most
/// ``exactLimit`` queries that differ, every assignment is counted; else `draws` random ones, and
/// p = (1 + hits) / (1 + draws). The confidence interval of the mean difference is the percentile bootstrap over queries.
///
/// Differences are rounded to multiples of 2⁻⁴⁰ (about 10⁻¹²) first, so that all sums are exact: the result has the same bits
/// whatever the order of the queries in memory, and differences that are equal up to rounding count as equal.
public struct PairedTest: Sendable, Equatable {
  /// The number of compared queries.
  public let queryCount: Int
  /// The mean over queries of candidate − baseline.
  public let meanDifference: Double
  /// The two-sided p-value of the mean difference; 1 when no query differs.
  public let pValue: Double
  /// True if every sign assignment was counted, false if a random sample of them.
  public let isExact: Bool
  /// The 95 % confidence interval of the mean difference.
  public let interval: ClosedRange<Double>
  /// Queries on which the candidate has the larger value.
  public let wins: Int
  /// Queries on which the baseline has the larger value.
  public let losses: Int
  /// Queries on which both have the same value.
  public let ties: Int

  /// The most differing queries for which every sign assignment is counted.
  public static let exactLimit = 16
  /// The p-value below which a difference counts.
  public static let alpha = 0.05
  /// The most queries that can be compared.
  static let queryLimit = 1 << 20

  /// Compares the values of two systems, query by query.
  ///
  /// - Parameters:
  ///   - baseline: One value per query, between -1 and 1, as all measures are.
  ///   - candidate: The values of the same queries in the same order.
  ///   - draws: The number of random sign assignments, and of bootstrap samples.
  ///   - seed: The seed of the random numbers.
  /// - Throws: `RetrievalError` when there is nothing to compare, the numbers of values differ, one is not a finite number
  ///   between -1 and 1, there are fewer than 1,000 draws, or more than a million queries.
  public init(
    baseline: [Double], candidate: [Double], draws: Int = 10_000, seed: UInt64 = 0
  ) throws(RetrievalError) {
    guard baseline.count == candidate.count, !baseline.isEmpty, baseline.count <= Self.queryLimit else {
      throw RetrievalError(
        "a paired test needs one value of each system per query, of 1 to \(Self.queryLimit) queries; "
          + "found \(baseline.count) of the baseline and \(candidate.count) of the candidate")
    }
    guard draws >= 1000 else {
      throw RetrievalError(.usage, "a paired test needs at least 1000 draws, found \(draws); use 10000 or more")
    }
    guard (baseline + candidate).allSatisfy({ (-1...1).contains($0) }) else {
      throw RetrievalError("a paired test needs values between -1 and 1, found another; evaluate both runs again")
    }
    let differences = zip(baseline, candidate).map { Self.units($1 - $0) }
    queryCount = differences.count
    meanDifference = Self.mean(differences.reduce(0, +), differences.count)
    wins = differences.count { $0 > 0 }
    losses = differences.count { $0 < 0 }
    ties = differences.count - wins - losses
    let changed = differences.filter { $0 != 0 }
    isExact = changed.count <= Self.exactLimit
    pValue =
      isExact
      ? Self.exactShare(changed) : Self.sampledShare(changed, draws, CounterRandom(seed: seed, purpose: 1))
    interval = Self.bootstrapInterval(differences, draws, CounterRandom(seed: seed, purpose: 2))
  }

  /// Compares two evaluations on one of their measures.
  ///
  /// - Throws: `RetrievalError` when either lacks the measure or their queries differ.
  public init(
    of measure: Measure, baseline: MeasureValues, candidate: MeasureValues, draws: Int = 10_000, seed: UInt64 = 0
  ) throws(RetrievalError) {
    guard let before = baseline.values(of: measure), let after = candidate.values(of: measure) else {
      throw RetrievalError("a paired test of \(measure) needs evaluations with that measure; measure it for both runs")
    }
    guard baseline.topics.map({ ExactText($0.query) }) == candidate.topics.map({ ExactText($0.query) }) else {
      throw RetrievalError(
        "a paired test needs the same queries in both runs, found \(baseline.topics.count) in the baseline and "
          + "\(candidate.topics.count) in the candidate; search both with the same queries, or count missing ones as 0")
    }
    try self.init(baseline: before, candidate: after, draws: draws, seed: seed)
  }

  /// The conclusion from the test.
  public var verdict: Verdict {
    guard pValue < Self.alpha else { return .noDifference }
    return meanDifference > 0 ? .improved : .worse
  }
}

/// The conclusion of a paired test about a candidate.
///
/// A mean difference counts when its two-sided p-value is below 0.05 (``PairedTest/alpha``); else there is no difference,
/// which also is the verdict when there are too few queries to tell.
public enum Verdict: String, Sendable, CaseIterable, CustomStringConvertible {
  /// The candidate is better: p < 0.05 and a mean difference above 0.
  case improved = "IMPROVED"
  /// The data do not show that either is better.
  case noDifference = "NO DIFFERENCE"
  /// The candidate is worse: p < 0.05 and a mean difference below 0.
  case worse = "WORSE"

  /// The words printed.
  public var description: String { rawValue }
}

// MARK: - Sums of differences, in whole units of 2⁻⁴⁰

extension PairedTest {
  private static let unitsPerOne = 1_099_511_627_776.0

  /// |difference| ≤ 2, so twice a sum over ``queryLimit`` queries stays below 2⁶³.
  private static func units(_ difference: Double) -> Int64 {
    Int64((difference * unitsPerOne).rounded())
  }

  private static func mean(_ sum: Int64, _ count: Int) -> Double {
    Double(sum) / unitsPerOne / Double(count)
  }

  /// The share of all sign assignments whose sum is as far from 0 as the given differences' own.
  ///
  /// Assignments are visited in Gray-code order: each changes one sign of the one before.
  private static func exactShare(_ differences: [Int64]) -> Double {
    var signed = differences
    var sum = differences.reduce(0, +)
    let observed = sum.magnitude
    let assignments = 1 << differences.count
    var hits = 1
    for step in 1..<assignments {
      let index = step.trailingZeroBitCount
      sum -= 2 * signed[index]
      signed[index].negate()
      if sum.magnitude >= observed { hits += 1 }
    }
    return Double(hits) / Double(assignments)
  }

  private static func sampledShare(_ differences: [Int64], _ draws: Int, _ random: CounterRandom) -> Double {
    let total = differences.reduce(0, +)
    let observed = total.magnitude
    var hits = 0
    for draw in 0..<draws {
      var flipped: Int64 = 0
      for start in stride(from: 0, to: differences.count, by: 64) {
        var signs = random.bits(draw, start >> 6)
        for index in start..<min(start + 64, differences.count) {
          flipped &+= differences[index] & (0 &- Int64(signs & 1))
          signs >>= 1
        }
      }
      if (total - 2 * flipped).magnitude >= observed { hits += 1 }
    }
    return Double(hits + 1) / Double(draws + 1)
  }

  /// The 2.5 % and 97.5 % points of the means of resampled differences: of 10,000, the 250th from either end.
  private static func bootstrapInterval(
    _ differences: [Int64], _ draws: Int, _ random: CounterRandom
  ) -> ClosedRange<Double> {
    var sums: [Int64] = []
    sums.reserveCapacity(draws)
    for draw in 0..<draws {
      var sum: Int64 = 0
      for index in differences.indices { sum += differences[random.index(below: differences.count, draw, index)] }
      sums.append(sum)
    }
    sums.sort()
    let cut = draws / 40
    return mean(sums[cut - 1], differences.count)...mean(sums[draws - cut], differences.count)
  }
}
