import SettingKeys
import Settings

/// One step of a bi-encoder's training.
struct BatchSection: Codable, Sendable, Equatable {
  var queries: Int
  var tokens: Int
  var uniqueTexts: Bool
  var recompute: Bool
}

/// The keys of a step that both kinds of model have.
extension KeyedSection {
  func heldTokens(_ key: Key) throws -> Int {
    try value(
      key, default: 8192,
      "The most tokens whose activations are held at once; larger steps use cached gradients, with equal results.")
  }

  func recomputation(_ key: Key) throws -> Bool {
    try value(
      key, default: false,
      "True if activations are computed once more for the gradients, not kept: less memory, more time, the same bits.")
  }
}

extension BatchSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    queries = try keys.value(
      .queries, default: 64, "The rows of a step; with in-batch negatives it sets the number of negatives per query.")
    tokens = try keys.heldTokens(.tokens)
    uniqueTexts = try keys.value(
      .uniqueTexts, default: true,
      "True if no text occurs twice in a step, so that no query's own positive counts as a negative.")
    recompute = try keys.recomputation(.recompute)
  }

  func validate(_ checks: SettingChecks, model: ModelSection) {
    checks.atLeast(1, "batch.queries", queries)
    checks.require(
      tokens >= model.maximumLength, "batch.tokens", reading: ["model.maximumLength"],
      else: "\(tokens) is less than one text of 'model.maximumLength' (\(model.maximumLength)) may have")
  }
}
