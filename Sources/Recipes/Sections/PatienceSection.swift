import Settings

/// The condition that ends training early.
struct PatienceSection: Codable, Sendable, Equatable {
  /// The number of evaluations in a row that may pass without a new best one.
  var scores: Int
  /// The least improvement of the first measure over the best evaluation; without it, any improvement counts.
  var minimumImprovement: Double?

  /// - Parameter isEvaluated: True if there are evaluations during training.
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
