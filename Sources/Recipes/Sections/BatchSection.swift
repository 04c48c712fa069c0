import Settings

/// One step of a bi-encoder's training.
struct BatchSection: Codable, Sendable, Equatable {
  /// The number of rows per step; with in-batch negatives it sets the number of negatives per query.
  var queries: Int
  /// The most tokens whose activations are held at once; larger steps use cached gradients, with equal results.
  var tokens: Int
  /// True if no text occurs twice in a step, so that no query's own positive counts as a negative.
  var uniqueTexts: Bool
  /// True if the activations of a layer are computed once more for its gradients, instead of kept: less memory, the
  /// same bits, more time; by default false.
  var recompute: Bool?
}

extension BatchSection {
  func validate(_ checks: SettingChecks, model: ModelSection) {
    checks.atLeast(1, "batch.queries", queries)
    checks.require(
      tokens >= model.maximumLength, "batch.tokens", reading: ["model.maximumLength"],
      else: "\(tokens) is less than one text of 'model.maximumLength' (\(model.maximumLength)) may have")
  }
}
