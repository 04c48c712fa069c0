import Settings

/// One step of a reranker's training.
struct GroupBatchSection: Codable, Sendable, Equatable {
  /// The number of groups per step; a group is never split.
  var groups: Int
  /// The most tokens whose activations are held at once; larger steps use cached gradients.
  var tokens: Int
  /// True if the activations of a layer are computed once more for its gradients, instead of kept: less memory, the
  /// same bits, more time; by default false.
  var recompute: Bool?

  func validate(_ checks: SettingChecks, model: RerankerSection) {
    checks.atLeast(1, "batch.groups", groups)
    checks.require(
      tokens >= model.maximumLength, "batch.tokens", reading: ["model.maximumLength"],
      else: "\(tokens) is less than one pair of 'model.maximumLength' (\(model.maximumLength)) may have")
  }
}
