import Files
import Runs
import Words

/// Watches training for the usual failures, and warns of each once, with the likely cause.
///
/// It compares windows of a tenth of the steps, since single steps say little.
struct TrainingWatch: Codable, Equatable {
  /// A failure of training.
  enum Failure: String, Codable {
    /// All documents of a query get nearly the same score.
    case collapse
    /// No step has a gradient.
    case idle
    /// The loss is where it was at the start, and no evaluation has been better than the first.
    case plateau
    /// The evaluations during training get worse.
    case falling
  }

  /// The steps of a window.
  let window: Int
  /// The losses of the first window, and of the latest.
  private var first: [Double] = []
  private var latest: [Double] = []
  /// The number of losses since the start, or since negatives were mined.
  private var observed = 0
  private var spreads: [Double] = []
  /// The steps in a row without a gradient, up to the latest, and the number of steps with one.
  private var idleSteps = 0
  private var stepsWithGradient = 0
  private var measures: [Double] = []
  /// True once an evaluation was better than the first; not in checkpoints of earlier versions.
  private var hasImproved: Bool?
  /// Evaluations since the best one.
  private(set) var evaluationsSinceBest = 0
  private var warned: [Failure] = []

  /// The least number of steps in a window.
  private static let leastWindow = 5
  /// The spread below which scores count as equal; a trained reranker has spreads of several units.
  static let collapsedSpread = 0.01
  /// The share of the starting loss by which the loss must fall within three windows.
  private static let leastProgress = 0.01
  /// The number of evaluations below the best one, each worse than the last, that count as falling.
  private static let fallingEvaluations = 3

  /// Starts watching a run of so many steps.
  init(steps: Int) { window = max(Self.leastWindow, steps / 10) }

  /// True if a run of a number of steps can have this state after one of them; what a checkpoint says is not trusted.
  func isSound(at step: Int, of steps: Int) -> Bool {
    let seen = [observed, evaluationsSinceBest, measures.count, spreads.count, latest.count, first.count]
    return window == TrainingWatch(steps: steps).window && seen.allSatisfy { (0...step + 1).contains($0) }
      && [first, latest, spreads].allSatisfy { $0.count <= window }
      && [first, latest, spreads, measures].joined().allSatisfy(\.isFinite)
  }

  /// Forgets the losses so far: new negatives change the task.
  mutating func restart() { (first, latest, observed) = ([], [], 0) }

  /// Records the loss of a step, the norm of its gradients, and the largest difference between scores of documents of
  /// one query.
  ///
  /// - Returns: The warnings.
  mutating func observe(loss: Double, norm: Double, spread: Double, step: Int) -> [String] {
    observed += 1
    idleSteps = norm == 0 ? idleSteps + 1 : 0
    stepsWithGradient += norm == 0 ? 0 : 1
    if first.count < window { first.append(loss) }
    latest = Array((latest + [loss]).suffix(window))
    spreads = Array((spreads + [spread]).suffix(window))
    var messages: [String] = []
    // While the rate still rises from 0, a new classifier's scores are all alike.
    if step >= 2 * window, spreads.allSatisfy({ $0 < Self.collapsedSpread }) {
      messages += warning(
        .collapse,
        "collapse: in the last \(window) steps all documents of a query got the same score, up to "
          + "\(NumberText.fixed(Self.collapsedSpread, decimals: 2)); the rate is likely too high, or the labels "
          + "contradict each other; lower 'optimizer.rate', or look at the rows")
    }
    if idleSteps >= window {
      messages += warning(
        .idle,
        "idle: the last \(window) steps had no gradient, at a loss of \(NumberText.fixed(loss, decimals: 4)), so that "
          + "nothing is learnt; no document counts as a negative any more: look at the rows, at 'loss' and its margin, and at "
          + "'guide'")
      return messages
    }
    let (start, now) = (first.reduce(0, +) / Double(window), latest.reduce(0, +) / Double(window))
    if observed >= 3 * window, hasImproved != true, now > start * (1 - Self.leastProgress) {
      messages += warning(
        .plateau,
        "plateau: the loss is where it began, \(NumberText.fixed(start, decimals: 4)) in the first \(window) steps and "
          + "\(NumberText.fixed(now, decimals: 4)) in the last; the rate is likely too low (raise 'optimizer.rate', or that of a "
          + "fresh classifier by 'optimizer.rates'), or many negatives are in truth positives")
    }
    return messages
  }

  /// Throws where no step had a gradient, so that there is nothing to export.
  func requireGradients() throws(RunError) {
    if stepsWithGradient > 0 { return }
    throw RunError(
      .badData,
      "no step had a gradient, so that the model has learnt nothing: no document counts as a negative, or the loss reads "
        + "no difference; look at the rows, at 'loss' and its margin, and at 'guide'")
  }

  /// Records the first measure of an evaluation.
  ///
  /// - Returns: The warnings.
  mutating func observe(measure: Double, isBest: Bool) -> [String] {
    if isBest, !measures.isEmpty { hasImproved = true }
    evaluationsSinceBest = isBest ? 0 : evaluationsSinceBest + 1
    measures = isBest ? [measure] : measures + [measure]
    let last = measures.suffix(Self.fallingEvaluations + 1)
    guard last.count > Self.fallingEvaluations, zip(last, last.dropFirst()).allSatisfy({ $0 > $1 }) else { return [] }
    return warning(
      .falling,
      "falling: the score during training went down \(Self.fallingEvaluations) times in a row, from "
        + "\(NumberText.fixed(last.first ?? 0, decimals: 4)) to \(NumberText.fixed(measure, decimals: 4)); the rows are "
        + "likely learnt by heart, or their negatives are in truth positives; take fewer epochs, a lower 'optimizer.rate', or "
        + "'patience'")
  }

  /// The message, the first time a failure is seen.
  private mutating func warning(_ failure: Failure, _ message: String) -> [String] {
    if warned.contains(failure) { return [] }
    warned.append(failure)
    return [message]
  }
}
