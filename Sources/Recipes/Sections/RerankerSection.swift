import Encoders
import Runs
import Settings

/// The base of a reranker: a cross-encoder, or any encoder that gets a new classifier.
struct RerankerSection: Codable, Sendable, Equatable {
  /// A model folder, relative to the working directory.
  var folder: String
  /// A LoRA adapter in the layout of PEFT, which is merged into the model before anything else.
  var adapter: String?
  /// The most tokens of a pair, special tokens included; longer pairs are cut at the end of the longer text first.
  var maximumLength: Int
  /// Special tokens to add to the vocabulary, such as `[Q]`.
  var addTokens: [String]?
}

extension RerankerSection {
  /// The files that the model depends on.
  var inputs: [RunInput] { [.model(folder)] + (adapter.map { [.model($0)] } ?? []) }

  /// The model with the settings of this section.
  ///
  /// - Parameter seed: The seed of a new classifier and of the word embeddings of new tokens.
  func load(seed: UInt64) throws -> CrossEncoder {
    let tokens = addTokens.map { AddedTokens($0, seed: seed) }
    var model = try CrossEncoder(folder: folder, labels: 1, headSeed: seed, adding: tokens)
    if let adapter { try model.mergeAdapters(of: adapter) }
    model.maximumLength = maximumLength
    return model
  }

  func validate(_ checks: SettingChecks) {
    checks.modelFolder("model.folder", folder)
    if let adapter { checks.adapterFolder("model.adapter", adapter) }
    checks.atLeast(5, "model.maximumLength", maximumLength)
    checks.newTokens("model.addTokens", addTokens)
    checks.positions("model.maximumLength", maximumLength, of: folder, "model.folder")
  }
}
