import Encoders
import SettingKeys
import Settings

/// A new Dense module behind the model's pooling, trained with it, for vectors of another width.
///
/// Its weight starts orthogonal, so that its first vectors keep the base model's angles as far as the width allows.
struct DenseSection: Codable, Sendable, Equatable {
  /// The activation of the module.
  enum Activation: String, ChoiceSetting {
    case identity
    case tanh
  }

  var dimensions: Int
  var activation: Activation
}

extension DenseSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    dimensions = try keys.required(.dimensions, example: 128, "The width of the vectors.")
    activation = try keys.value(.activation, default: .identity, "The activation of the module.")
  }

  /// A width that no search index is likely to exceed; it bounds memory.
  private static let widest = 16_384

  func validate(_ checks: SettingChecks) {
    checks.atLeast(1, "dense.dimensions", dimensions)
    checks.require(
      dimensions <= Self.widest, "dense.dimensions", else: "\(dimensions) is too large; at most \(Self.widest)")
  }

  /// The model with the new module behind it.
  func append(to model: BiEncoder, seed: UInt64) -> BiEncoder {
    model.appendingNewDense(
      dimensions: dimensions, activation: activation == .tanh ? .tanh : .identity, seed: seed)
  }
}
