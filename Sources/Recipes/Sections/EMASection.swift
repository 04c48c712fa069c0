import SettingKeys
import Settings

/// An exponential moving average of the weights, which is evaluated and exported in their place.
struct EMASection: Codable, Sendable, Equatable {
  var decay: Double
}

extension EMASection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    decay = try keys.value(
      .decay, default: 0.99,
      "The factor by which a step counts less than the next: 0.99 is a mean over about 100 steps.")
  }

  /// The number of steps that the mean is over, about.
  var span: Double { 1 / (1 - decay) }

  func validate(_ checks: SettingChecks) {
    checks.require(
      decay > 0 && decay < 1, "ema.decay", else: "\(decay) is not above 0 and below 1; 0.99 is usual for short runs")
  }
}
