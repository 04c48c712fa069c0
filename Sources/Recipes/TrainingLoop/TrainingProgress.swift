import Training

/// The numbers of a training run so far.
struct TrainingProgress: Codable, Equatable {
  /// The cost of mining in the course of training so far.
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
  /// The examples that steps have seen.
  var rows = 0
  var tokens = 0
  /// The time spent in steps.
  var seconds = 0.0
  var best: Best?
  /// The number of times that negatives were mined, and the time it took; nil before the first.
  var mining: Mining?
  var watch: TrainingWatch

  /// The start of a run of so many steps.
  init(steps: Int) { watch = TrainingWatch(steps: steps) }
}
