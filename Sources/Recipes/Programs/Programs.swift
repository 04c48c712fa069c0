/// The programs that a recipe can start.
enum Programs {
  /// Every program, in the order in which messages list them.
  static let all: [any Recipe.Type] = [
    TrainBiEncoder.self, TrainCrossEncoder.self, EvaluateModel.self, MineNegatives.self, ReduceVectors.self,
    ScoreRows.self, EvaluateReranking.self, CalibrateModel.self, ComparePrecisions.self, Nightly.self,
  ]
}
