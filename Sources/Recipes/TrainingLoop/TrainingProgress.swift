import Training

/// The progress of a training run.
struct TrainingProgress: Codable, Equatable {
  /// The cost of mining so far.
  struct Mining: Codable, Equatable {
    var count = 0
    var seconds = 0.0
  }

  /// The best evaluation during training.
  struct Best: Codable, Equatable {
    var step: Int
    var value: Double
  }

  var state = TrainingState()
  /// The number of examples seen.
  var rows = 0
  var tokens = 0
  /// The time spent in steps.
  var seconds = 0.0
  /// The last step after which all that follows a step was done: its evaluation, where one is due.
  var settledStep = 0
  var best: Best?
  /// The number of minings, and their time; nil before the first.
  var mining: Mining?
  var watch: TrainingWatch

  /// The start of a run with a number of steps.
  init(steps: Int) { watch = TrainingWatch(steps: steps) }
}

extension TrainingProgress {
  /// True if a run of a number of steps can be here; what a checkpoint says is not trusted.
  ///
  /// - Parameters:
  ///   - step: The step of the checkpoint.
  ///   - batches: The number of batches of an epoch.
  func isSound(at step: Int, of steps: Int, batches: (_ epoch: Int) -> Int) -> Bool {
    guard step == state.step, (0...steps).contains(step), state.isReached(batches: batches) else { return false }
    // Sums of a run that has taken each step to the largest number of examples and tokens that memory could hold.
    let counts = [rows, tokens, mining?.count ?? 0]
    let numbers = [seconds, mining?.seconds ?? 0, best?.value ?? 0]
    return counts.allSatisfy { (0...Int.max / 2).contains($0) } && numbers.allSatisfy(\.isFinite) && seconds >= 0
      && (step - 1...step).contains(settledStep) && (0...step).contains(best?.step ?? 0)
      && watch.isSound(at: step, of: steps)
  }
}
