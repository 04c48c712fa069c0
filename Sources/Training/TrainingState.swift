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
}
