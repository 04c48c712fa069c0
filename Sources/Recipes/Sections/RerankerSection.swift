import Encoders
import Runs
import SettingKeys
import Settings

/// The base of a reranker: a cross-encoder, or any encoder that gets a new classifier.
struct RerankerSection: Sendable, Equatable {
  var base: BaseSection
  var maximumLength: Int

  var folder: String { base.folder }
}

extension RerankerSection: Codable {
  private enum Key: String, CodingKey { case maximumLength }

  init(from decoder: any Decoder) throws {
    let base = try BaseSection(from: decoder)
    self.base = base
    maximumLength = try decoder.keys(Key.self).value(
      .maximumLength, from: "the model folder", default: base.statedLength, example: 256,
      "The most tokens of a pair, special tokens included; longer pairs are cut at the end of the longer text first.")
  }

  func encode(to encoder: any Encoder) throws {
    try base.encode(to: encoder)
    var section = encoder.container(keyedBy: Key.self)
    try section.encode(maximumLength, forKey: .maximumLength)
  }
}

extension RerankerSection {
  /// The model with the settings of this section.
  ///
  /// - Parameter seed: The seed of a new classifier and of the word embeddings of new tokens.
  func load(seed: UInt64) throws -> CrossEncoder {
    var model = try base.load(seed: seed) {
      try CrossEncoder(folder: folder, labels: 1, headSeed: seed, adding: $0)
    }
    model.maximumLength = maximumLength
    return model
  }

  func validate(_ checks: SettingChecks) { base.validate(checks, maximumLength: maximumLength, atLeast: 5) }
}
