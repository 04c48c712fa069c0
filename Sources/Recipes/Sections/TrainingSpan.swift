import SettingKeys
import Settings

/// A span of training: a number of epochs or of steps.
enum TrainingSpan: Sendable, Equatable {
  case epochs(Int)
  case steps(Int)

  private enum Key: String, CodingKey { case epochs, steps }

  /// Reads the one of the keys `epochs` and `steps` that a section has.
  ///
  /// - Parameters:
  ///   - epochs: The sentence of `epochs`.
  ///   - steps: The sentence of `steps`.
  ///   - advice: The remedy where it has both or neither.
  init(from decoder: any Decoder, epochs: String, steps: String, else advice: String) throws {
    let keys = try decoder.keys(Key.self)
    keys.either(.epochs, .steps)
    let epochs: Int? = try keys.recommended(.epochs, example: 1, epochs)
    let steps: Int? = try keys.optional(.steps, example: 500, steps)
    switch (epochs, steps) {
    case (let epochs?, nil): self = .epochs(epochs)
    case (nil, let steps?): self = .steps(steps)
    default:
      try decoder.note(advice)
      self = .epochs(1)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var section = encoder.container(keyedBy: Key.self)
    switch self {
    case .epochs(let count): try section.encode(count, forKey: .epochs)
    case .steps(let count): try section.encode(count, forKey: .steps)
    }
  }

  /// The most epochs or steps of a span, more than anybody waits for; every epoch is planned before the first step.
  private static let (mostEpochs, mostSteps) = (100_000, 1_000_000_000)

  /// - Parameter section: The path of the section that has the key.
  func validate(_ checks: SettingChecks, in section: String) {
    switch self {
    case .epochs(let count): checks.within(1...Self.mostEpochs, "\(section).epochs", count)
    case .steps(let count): checks.within(1...Self.mostSteps, "\(section).steps", count)
    }
  }
}
