import Words

/// Watches a reranker's training for the ways in which it usually fails, and says each once, with the likely cause.
///
/// Everything is compared over windows of a tenth of the steps, since single steps say little.
struct TrainingWatch: Codable, Equatable {
  /// What can go wrong.
  enum Trouble: String, Codable {
    /// All documents of a query get nearly the same score.
    case collapse
    /// The loss is where it was at the start.
    case plateau
    /// The score during training falls.
    case falling
  }

  /// The steps of a window.
  let window: Int
  /// The losses of the first window, while it fills, then of the latest.
  private var first: [Double] = []
  private var latest: [Double] = []
  private var spreads: [Double] = []
  private var scores: [Double] = []
  /// Scores during training since the best one.
  private(set) var scoresSinceBest = 0
  private var said: [Trouble] = []

  /// Fewer steps than this say nothing.
  private static let leastWindow = 5
  /// The largest difference of scores that counts as none; a trained reranker has differences of several units.
  static let collapsedSpread = 0.01
  /// The share of the starting loss that must be gone after three windows.
  private static let leastProgress = 0.01
  /// Scores below the best one, each worse than the last, that count as falling.
  private static let fallingScores = 3

  /// Starts watching a run of so many steps.
  init(steps: Int) { window = max(Self.leastWindow, steps / 10) }

  /// Takes the loss of a step, and how far apart its scores are.
  ///
  /// - Returns: What to say.
  mutating func take(loss: Double, spread: Double, step: Int) -> [String] {
    if first.count < window { first.append(loss) }
    latest = Array((latest + [loss]).suffix(window))
    spreads = Array((spreads + [spread]).suffix(window))
    var messages: [String] = []
    // While the rate still rises from 0, a fresh classifier's scores are all alike.
    if step >= 2 * window, spreads.allSatisfy({ $0 < Self.collapsedSpread }) {
      messages += say(
        .collapse,
        "collapse: in the last \(window) steps all documents of a query got the same score, up to "
          + "\(NumberText.fixed(Self.collapsedSpread, decimals: 2)); the rate is likely too high, or the labels "
          + "contradict each other; lower 'optimizer.rate', or look at the rows")
    }
    let (start, now) = (first.reduce(0, +) / Double(window), latest.reduce(0, +) / Double(window))
    if step >= 3 * window, now > start * (1 - Self.leastProgress) {
      messages += say(
        .plateau,
        "plateau: the loss is where it began, \(NumberText.fixed(start, decimals: 4)) in the first \(window) steps and "
          + "\(NumberText.fixed(now, decimals: 4)) in the last; the rate is likely too low for a fresh classifier (give "
          + "it more by 'optimizer.rates'), or many negatives are in truth positives")
    }
    return messages
  }

  /// Takes a score during training, and whether it is a new best one.
  ///
  /// - Returns: What to say.
  mutating func take(score: Double, isBest: Bool) -> [String] {
    scoresSinceBest = isBest ? 0 : scoresSinceBest + 1
    scores = isBest ? [score] : scores + [score]
    let last = scores.suffix(Self.fallingScores + 1)
    guard last.count > Self.fallingScores, zip(last, last.dropFirst()).allSatisfy({ $0 > $1 }) else { return [] }
    return say(
      .falling,
      "falling: the score during training went down \(Self.fallingScores) times in a row, from "
        + "\(NumberText.fixed(last.first ?? 0, decimals: 4)) to \(NumberText.fixed(score, decimals: 4)); the rows are "
        + "likely learnt by heart, or their negatives are in truth positives; take fewer epochs, a lower 'optimizer.rate', or "
        + "'patience'")
  }

  private mutating func say(_ trouble: Trouble, _ message: String) -> [String] {
    if said.contains(trouble) { return [] }
    said.append(trouble)
    return [message]
  }
}
