import Settings
import Training

/// How the learning rate changes over a run, and how long the run is.
struct ScheduleSection: Codable, Sendable, Equatable {
  var name: Schedule.Name
  /// The fraction of all steps over which the rate rises from zero.
  var warmup: Double
  /// How often the data is gone through; give this or `steps`.
  var epochs: Int?
  /// The number of steps, over as many epochs as that takes.
  var steps: Int?
}

extension Schedule.Name: ChoiceSetting {}

extension ScheduleSection {
  var schedule: Schedule { Schedule(name: name, warmup: warmup) }
}

extension ScheduleSection {
  func validate(_ checks: SettingChecks) {
    checks.require(warmup >= 0 && warmup <= 1, "schedule.warmup", else: "\(warmup) is not a fraction from 0 to 1")
    checks.require((epochs == nil) != (steps == nil), "schedule", else: "give either 'epochs' or 'steps'")
    if let epochs { checks.atLeast(1, "schedule.epochs", epochs) }
    if let steps { checks.atLeast(1, "schedule.steps", steps) }
  }
}
