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
  var best: Best?
  /// The number of minings, and their time; nil before the first.
  var mining: Mining?
  var watch: TrainingWatch

  /// The start of a run with a number of steps.
  init(steps: Int) { watch = TrainingWatch(steps: steps) }
}
