import SettingKeys
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

  var folder: String
  var weights: Weights
}

extension OutputSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    folder = try keys.runFolder(.folder)
    weights = try keys.value(
      .weights, from: "the kind of model", default: { decoder.given(Weights.self) }, example: .best,
      "The weights to export: without it the last ones, for a reranker with 'evaluate.every' the best ones.")
  }

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
