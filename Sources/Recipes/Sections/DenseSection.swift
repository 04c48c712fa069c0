import Encoders
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

  /// The width of the vectors.
  var dimensions: Int
  /// The identity without it.
  var activation: Activation?

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
