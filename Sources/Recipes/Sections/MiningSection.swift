import Retrieval
import Runs
import SettingKeys
import Settings
import Training

/// Mining during training: the corpus is encoded with the current weights, and every row gets new negatives.
///
/// Rows are neither added nor removed: a document that a judge finds relevant is only left out of the negatives.
struct MiningSection: Sendable, Equatable {
  /// The span between two minings; the first is before the first step.
  var every: TrainingSpan
  var corpus: String?
  var settings: MiningSettings
}

extension MiningSection: Codable {
  private enum Key: String, CodingKey { case corpus }

  init(from decoder: any Decoder) throws {
    every = try TrainingSpan(
      from: decoder, epochs: "Epochs between two minings; the first is before the first step.",
      steps: "Steps between two minings.", else: "give either 'epochs' or 'steps': how often negatives are mined")
    corpus = try MiningSettings.corpus(decoder.keys(Key.self), .corpus)
    settings = try MiningSettings(from: decoder)
  }

  func encode(to encoder: any Encoder) throws {
    try every.encode(to: encoder)
    var section = encoder.container(keyedBy: Key.self)
    try section.encodeIfPresent(corpus, forKey: .corpus)
    try settings.encode(to: encoder)
  }

  var inputs: [RunInput] { (corpus.map { [.file($0)] } ?? []) + settings.rules.flatMap(\.inputs) }

  func validate(_ checks: SettingChecks, data: DataSection, loss: LossSetting) {
    every.validate(checks, in: "mining")
    if let corpus { checks.file("mining.corpus", corpus) }
    checks.require(
      corpus != nil || data.source.collection != nil, "mining", reading: ["data.collection"],
      else: MiningSettings.noCorpus)
    checks.require(
      [.nothing, .grades].contains(loss.needs), "loss.name",
      else: "\(loss.name) learns from labels or a teacher's scores, which negatives mined in training do not have")
    settings.validate(checks, at: "mining.")
  }
}
