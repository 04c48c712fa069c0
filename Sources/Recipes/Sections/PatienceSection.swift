import Settings

/// When training ends before its last step.
struct PatienceSection: Codable, Sendable, Equatable {
  /// How many scores in a row may pass without a new best one.
  var scores: Int
  /// How much better than the best a score must be to count, by the first measure; without it, anything counts.
  var minimumImprovement: Double?
}

extension PatienceSection {
  func validate(_ checks: SettingChecks, evaluate: RerankingEvaluateSection?) {
    checks.atLeast(1, "patience.scores", scores)
    if let minimumImprovement {
      checks.require(
        minimumImprovement >= 0, "patience.minimumImprovement", else: "\(minimumImprovement) is less than 0")
    }
    checks.require(
      evaluate?.every != nil, "patience", reading: ["evaluate"],
      else: "it counts scores during training; set 'evaluate.every'")
  }
}
