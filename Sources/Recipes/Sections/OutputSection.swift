import Settings

/// What a training run leaves.
struct OutputSection: Codable, Sendable, Equatable {
  /// Which weights are exported.
  enum Weights: String, ChoiceSetting {
    /// Those after the last step.
    case last
    /// Those with the best score during training, by the first measure; the earlier of equal ones.
    case best
  }

  /// The folder of the run: a new one for each run.
  var folder: String
  /// Without it, the last ones.
  var weights: Weights?
}

extension OutputSection {
  /// - Parameter isScored: Whether there are scores during training.
  func validate(_ checks: SettingChecks, isScored: Bool) {
    checks.outputFolder("output.folder", folder)
    if weights == .best {
      checks.require(
        isScored, "output.weights", reading: ["evaluate"],
        else: "the best weights are found by scores during training; set 'evaluate.every'")
    }
  }
}
