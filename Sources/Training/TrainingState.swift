/// The progress of a run between two steps: with the weights and the optimizer's state, all that a checkpoint needs.
///
/// Every random choice is keyed by (seed, step) or (seed, epoch), so no generator has a state to save.
public struct TrainingState: Codable, Equatable, Sendable {
  /// The optimizer steps taken.
  public private(set) var step: Int
  /// The completed passes over the data.
  public private(set) var epoch: Int
  /// The completed batches of the current epoch, always fewer than the epoch has.
  public private(set) var position: Int

  /// The start of a run.
  public init() { (step, epoch, position) = (0, 0, 0) }

  /// Counts a step.
  ///
  /// - Parameter batches: the number of batches of the current epoch; after the last one the next epoch begins.
  public mutating func advance(batches: Int) {
    step += 1
    position += 1
    if position >= batches { (epoch, position) = (epoch + 1, 0) }
  }

  /// True if the steps so far lead to this epoch and position, as in every state that was not tampered with.
  ///
  /// - Parameter batches: the number of batches of an epoch, at least 1.
  public func isReached(batches: (_ epoch: Int) -> Int) -> Bool {
    guard step >= 0, position >= 0, (0...step).contains(epoch) else { return false }
    var left = step
    for number in 0..<epoch {
      left -= batches(number)
      if left < 0 { return false }
    }
    return left == position && position < batches(epoch)
  }
}
