import Files
import Runs
import SettingKeys
import Settings
import Training
import Words

/// The schedule of the learning rate, and the length of the run.
struct ScheduleSection: Sendable, Equatable {
  var name: Schedule.Name
  var warmup: Double
  /// The length of the run in epochs, or in steps.
  var length: TrainingSpan

  var schedule: Schedule { Schedule(name: name, warmup: warmup) }
}

extension ScheduleSection: Codable {
  private enum Key: String, CodingKey { case name, warmup }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    name = try keys.value(.name, default: .linear, "The course of the learning rate after the warmup.")
    warmup = try keys.value(.warmup, default: 0.1, "The fraction of all steps over which the rate rises from zero.")
    length = try TrainingSpan(
      from: decoder, epochs: "The length of the run in epochs.", steps: "The length of the run in steps.",
      else: "give either 'epochs' or 'steps'")
  }

  func encode(to encoder: any Encoder) throws {
    var section = encoder.container(keyedBy: Key.self)
    try section.encode(name, forKey: .name)
    try section.encode(warmup, forKey: .warmup)
    try length.encode(to: encoder)
  }

  func validate(_ checks: SettingChecks) {
    checks.require(warmup >= 0 && warmup <= 1, "schedule.warmup", else: "\(warmup) is not a fraction from 0 to 1")
    checks.require(
      warmup != 1, "schedule.warmup", else: "a warmup of all steps never reaches 'optimizer.rate'; make it less")
    length.validate(checks, in: "schedule")
  }

  /// Throws where the warmup takes all steps of a run, so that its rates stay below the peak; that of a single step is 0.
  func check(steps: Int) throws {
    guard schedule.warmupSteps(of: steps) >= steps else { return }
    let result = steps == 1 ? "the only step has the rate 0, and nothing is learnt" : "the rate never reaches its peak"
    throw RunError(
      .badRecipe,
      "'schedule.warmup': \(warmup) of \(NumberText.counted(steps, "step")), rounded up, is the whole run, so that \(result); "
        + "set it to 0, or take more steps (more epochs, or a smaller batch)")
  }
}
