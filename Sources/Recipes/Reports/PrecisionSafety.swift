import Evaluation
import Retrieval
import Words

/// The answer to the question if a lower precision may be used: by the first measure of every split, the worst decides.
struct PrecisionSafety {
  enum Verdict: String {
    /// The 95 % interval of the difference lies above the accepted loss, and there are queries enough to trust it.
    case safe
    /// The difference is significant and its mean lies below the accepted loss.
    case harmful = "not safe"
    /// The queries are too few, or the loss too near to what is accepted.
    case undecided
  }

  /// The fewest queries of a split that can show a precision to be safe: of few, none may happen to change.
  static let fewestQueries = 30

  let verdict: Verdict
  /// The answer in one line.
  let sentence: String

  /// Judges comparisons of float32 with a precision.
  init(_ comparisons: [Comparison], of precision: String, tolerance: Double) {
    var seen: Set<String> = []
    let deciding = comparisons.filter { seen.insert($0.split).inserted }
    let judged = deciding.map { (comparison: $0, verdict: Self.verdict(of: $0.test, tolerance: tolerance)) }
    guard
      let worst = judged.first(where: { $0.verdict == .harmful }) ?? judged.first(where: { $0.verdict == .undecided })
        ?? judged.min(by: { $0.comparison.test.interval.lowerBound < $1.comparison.test.interval.lowerBound })
    else {
      (verdict, sentence) = (.undecided, "undecided: nothing was compared")
      return
    }
    verdict = worst.verdict
    let comparison = worst.comparison
    let limit = NumberText.fixed(tolerance, decimals: 4)
    let change =
      "\(comparison.measure) on \(comparison.split) changes by "
      + "\(NumberText.signed(comparison.test.meanDifference, decimals: 4)) (95 % interval \(comparison.cells[5]), "
      + "\(NumberText.counted(comparison.test.queryCount, "query", plural: "queries")))"
    sentence =
      switch worst.verdict {
      case .safe: "safe: in \(precision) \(change), which is no loss of more than \(limit)"
      case .harmful: "not safe: in \(precision) \(change), a loss of more than \(limit)"
      case .undecided where comparison.test.queryCount < Self.fewestQueries:
        "undecided: in \(precision) \(change), and fewer than \(Self.fewestQueries) queries cannot show that "
          + "it is safe; give more judged queries"
      case .undecided:
        "undecided: in \(precision) \(change), so a loss of more than \(limit) is not excluded; give more judged "
          + "queries, or a larger 'tolerance'"
      }
  }

  private static func verdict(of test: PairedTest, tolerance: Double) -> Verdict {
    if test.interval.lowerBound >= -tolerance && test.queryCount >= fewestQueries { return .safe }
    return test.pValue < PairedTest.alpha && test.meanDifference < -tolerance ? .harmful : .undecided
  }
}
