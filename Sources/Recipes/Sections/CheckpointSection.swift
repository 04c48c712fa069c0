import SettingKeys
import Settings

/// Checkpoints at intervals, beside the one that a run saves when it is stopped or fails.
struct CheckpointSection: Codable, Sendable, Equatable {
  var every: Int
  var keep: Int
}

extension CheckpointSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    every = try keys.required(.every, example: 500, "Steps between two checkpoints.")
    keep = try keys.value(.keep, default: 2, "The number of complete checkpoints that are kept.")
  }

  func validate(_ checks: SettingChecks) {
    checks.atLeast(1, "checkpoint.every", every)
    checks.atLeast(1, "checkpoint.keep", keep)
  }
}
