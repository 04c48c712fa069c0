import Settings

/// The end of training before its last step.
struct PatienceSection: Codable, Sendable, Equatable {
  /// The number of evaluations in a row that may pass without a new best one.
  var scores: Int
  /// How much better than the best an evaluation must be to count, by the first measure; without it, anything counts.
  var minimumImprovement: Double?

  /// - Parameter isEvaluated: true if there are evaluations during training.
  func validate(_ checks: SettingChecks, isEvaluated: Bool) {
    checks.atLeast(1, "patience.scores", scores)
    if let minimumImprovement {
      checks.require(
        minimumImprovement >= 0, "patience.minimumImprovement", else: "\(minimumImprovement) is less than 0")
    }
    checks.require(
      isEvaluated, "patience", reading: ["evaluate"],
      else: "it counts scores during training; set 'evaluate.every'")
  }
}
