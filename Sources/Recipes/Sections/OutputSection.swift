import Settings

/// The output of a training run.
struct OutputSection: Codable, Sendable, Equatable {
  /// The weights to export.
  enum Weights: String, ChoiceSetting {
    /// The weights after the last step.
    case last
    /// The weights with the best evaluation during training, by the first measure; the earlier of equal ones.
    case best
  }

  /// The folder of the run: a new one for each run.
  var folder: String
  /// The last ones without it.
  var weights: Weights?
}

extension OutputSection {
  /// - Parameter isEvaluated: True if there are evaluations during training.
  func validate(_ checks: SettingChecks, isEvaluated: Bool) {
    checks.outputFolder("output.folder", folder)
    if weights == .best {
      checks.require(
        isEvaluated, "output.weights", reading: ["evaluate"],
        else: "the best weights are found by scores during training; set 'evaluate.every'")
    }
  }
}
