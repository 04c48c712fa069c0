import SettingKeys
import Settings

/// The condition that ends training early.
struct PatienceSection: Codable, Sendable, Equatable {
  var scores: Int
  var minimumImprovement: Double
}

extension PatienceSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    scores = try keys.required(
      .scores, example: 4, "The number of evaluations in a row that may pass without a new best one.")
    minimumImprovement = try keys.value(
      .minimumImprovement, default: 0, "The least improvement of the first measure that counts as a new best.")
  }

  /// - Parameter isEvaluated: True if there are evaluations during training.
  func validate(_ checks: SettingChecks, isEvaluated: Bool) {
    checks.atLeast(1, "patience.scores", scores)
    checks.require(
      minimumImprovement >= 0, "patience.minimumImprovement", else: "\(minimumImprovement) is less than 0")
    checks.require(
      isEvaluated, "patience", reading: ["evaluate"],
      else: "it counts scores during training; set 'evaluate.every'")
  }
}
