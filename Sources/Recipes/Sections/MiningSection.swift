import Runs
import Settings
import Training

/// Mining in the course of training: the corpus is encoded with the weights of the moment, and every row gets new negatives.
///
/// Rows are neither added nor removed: what a judge finds to fit a query is no negative of it, and nothing more.
struct MiningSection: Codable, Sendable, Equatable {
  /// Mines before every so many epochs, the first included; give this or `steps`.
  var epochs: Int?
  /// Mines before every so many steps, the first included.
  var steps: Int?
  /// A `corpus.jsonl` to choose from; without it, that of the data's collection.
  var corpus: String?
  var sources: [MiningSource]
  var rules: [MiningRuleSetting]
  var select: SelectionSetting

  var settings: MiningSettings { MiningSettings(sources: sources, rules: rules, select: select) }
}

extension MiningSection {
  var inputs: [RunInput] { (corpus.map { [.file($0)] } ?? []) + rules.flatMap(\.inputs) }

  func validate(_ checks: SettingChecks, data: DataSection, loss: LossSetting) {
    checks.require(
      (epochs == nil) != (steps == nil), "mining",
      else: "give either 'epochs' or 'steps': how often negatives are mined")
    if let epochs { checks.atLeast(1, "mining.epochs", epochs) }
    if let steps { checks.atLeast(1, "mining.steps", steps) }
    if let corpus { checks.file("mining.corpus", corpus) }
    checks.require(
      corpus != nil || data.collection != nil, "mining", reading: ["data.collection"],
      else: "there is nothing to choose negatives from; give 'corpus' (a corpus.jsonl) or 'data.collection'")
    checks.require(
      [.nothing, .grades].contains(type(of: loss.loss).needs), "loss.name",
      else:
        "\(loss.name.rawValue) learns from labels or a teacher's scores, which negatives mined in training do not have")
    settings.validate(checks, at: "mining.")
  }
}
