import SettingKeys
import Settings

/// The mean of the latest evaluated weights, which is evaluated and exported in the place of the last ones.
struct AverageSection: Codable, Sendable, Equatable {
  var last: Int
}

extension AverageSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    last = try keys.required(
      .last, example: 3, "The number of evaluations, the latest ones, whose weights the mean is of.")
  }

  /// More weights than training has any use for, which bounds memory.
  private static let most = 64

  /// - Parameters:
  ///   - ema: The moving average of the same recipe.
  ///   - isEvaluated: True if there are evaluations during training.
  func validate(_ checks: SettingChecks, ema: EMASection?, isEvaluated: Bool) {
    checks.within(2...Self.most, "average.last", last)
    checks.require(
      isEvaluated, "average", reading: ["evaluate"],
      else: "it is the mean of weights that were evaluated during training; set 'evaluate.every'")
    checks.require(
      ema == nil, "average", reading: ["ema"], else: "'ema' averages the weights already; remove one of both")
  }
}
