import SettingKeys
import Settings
import Training

/// The loss of a training run, chosen by its name among ``Losses``; the other keys are the loss's own settings.
struct LossSetting: Codable, Sendable, Equatable {
  /// The loss with its settings.
  let loss: any RankingLoss

  private enum Key: String, CodingKey { case name }

  init(_ loss: any RankingLoss) { self.loss = loss }

  init(from decoder: any Decoder) throws {
    // Cosines are learnt by one loss nearly always; which one fits a reranker depends on its data.
    let usual = decoder.given(ScoreKind.self) == .cosines ? InfoNCE.name : nil
    let type = try decoder.keys(Key.self).variant(
      .name, of: Losses.all, default: usual, "The loss, which decides the other keys of this section."
    ) { $0.name }
    loss = try type.init(from: decoder)
  }

  var name: String { type(of: loss).name }
  var needs: Targets.Needs { type(of: loss).needs }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try loss.encode(to: encoder)
  }

  static func == (first: LossSetting, second: LossSetting) -> Bool {
    func isEqual<Loss: RankingLoss>(_ loss: Loss) -> Bool { loss == second.loss as? Loss }
    return isEqual(first.loss)
  }

  /// Checks the settings for a kind of scores.
  ///
  /// - Parameters:
  ///   - examples: The number of examples in a step.
  ///   - key: The setting that has it.
  func validate(_ checks: SettingChecks, for scores: ScoreKind, examples: Int, _ key: String) {
    for problem in loss.problems(for: scores) {
      checks.require(
        false, problem.key.map { "loss.\($0)" } ?? "loss", reading: problem.others.map { "loss.\($0)" },
        else: problem.message)
    }
    checks.require(
      examples != 1 || !loss.contrast.needsOtherQueries, key, reading: ["loss.name"],
      else: loss.contrast == .labels
        ? "the loss \(name) compares the pairs of a step; at least 2"
        : "in-batch negatives need at least 2 queries in a step")
  }
}
