import Settings

/// Checkpoints at intervals, beside the one that a run saves when it is stopped or fails.
struct CheckpointSection: Codable, Sendable, Equatable {
  /// Steps between two checkpoints.
  var every: Int
  /// The number of complete checkpoints that are kept.
  var keep: Int
}

extension CheckpointSection {
  func validate(_ checks: SettingChecks) {
    checks.atLeast(1, "checkpoint.every", every)
    checks.atLeast(1, "checkpoint.keep", keep)
  }
}
