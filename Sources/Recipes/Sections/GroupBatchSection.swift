import SettingKeys
import Settings

/// One step of a reranker's training.
struct GroupBatchSection: Codable, Sendable, Equatable {
  var groups: Int
  var tokens: Int
  var recompute: Bool
}

extension GroupBatchSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    groups = try keys.value(.groups, default: 16, "The groups of a step, each a query with its documents.")
    tokens = try keys.heldTokens(.tokens)
    recompute = try keys.recomputation(.recompute)
  }

  func validate(_ checks: SettingChecks, model: RerankerSection) {
    checks.atLeast(1, "batch.groups", groups)
    checks.require(
      tokens >= model.maximumLength, "batch.tokens", reading: ["model.maximumLength"],
      else: "\(tokens) is less than one pair of 'model.maximumLength' (\(model.maximumLength)) may have")
  }
}
