import Retrieval
import Runs
import Settings
import Training

/// Mining during training: the corpus is encoded with the current weights, and every row gets new negatives.
///
/// Rows are neither added nor removed: a document that a judge finds relevant is only left out of the negatives.
struct MiningSection: Sendable, Equatable {
  /// The span between two minings; the first is before the first step.
  var every: TrainingSpan
  /// A `corpus.jsonl` to mine; without it, that of the data's collection.
  var corpus: String?
  var sources: [MiningSource]
  var rules: [MiningRuleSetting]
  var select: NegativeSelection
  /// True if a document with the query's identifier is no candidate; without it it is one, with a warning.
  var excludeSameID: Bool?

  var settings: MiningSettings {
    MiningSettings(sources: sources, rules: rules, select: select, excludeSameID: excludeSameID)
  }
}

extension MiningSection: Codable {
  private enum Key: String, CodingKey { case corpus, sources, rules, select, excludeSameID }

  init(from decoder: any Decoder) throws {
    every = try TrainingSpan(from: decoder, else: "give either 'epochs' or 'steps': how often negatives are mined")
    let section = try decoder.container(keyedBy: Key.self)
    corpus = try section.decodeIfPresent(String.self, forKey: .corpus)
    sources = try section.decode([MiningSource].self, forKey: .sources)
    rules = try section.decode([MiningRuleSetting].self, forKey: .rules)
    select = try section.decode(NegativeSelection.self, forKey: .select)
    excludeSameID = try section.decodeIfPresent(Bool.self, forKey: .excludeSameID)
  }

  func encode(to encoder: any Encoder) throws {
    try every.encode(to: encoder)
    var section = encoder.container(keyedBy: Key.self)
    try section.encodeIfPresent(corpus, forKey: .corpus)
    try section.encode(sources, forKey: .sources)
    try section.encode(rules, forKey: .rules)
    try section.encode(select, forKey: .select)
    try section.encodeIfPresent(excludeSameID, forKey: .excludeSameID)
  }

  var inputs: [RunInput] { (corpus.map { [.file($0)] } ?? []) + rules.flatMap(\.inputs) }

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
