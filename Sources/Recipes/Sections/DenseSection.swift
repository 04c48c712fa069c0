import Encoders
import Settings

/// A new Dense module behind the model's pooling, trained with it: vectors of a width of one's own.
///
/// Its weight starts orthogonal, so that its first vectors have the base model's angles as far as the width lets them.
struct DenseSection: Codable, Sendable, Equatable {
  /// What is applied to the module's result.
  enum Activation: String, ChoiceSetting {
    case identity
    case tanh
  }

  /// The width of the vectors.
  var dimensions: Int
  /// Without it, the identity.
  var activation: Activation?

  /// The widest vectors that a search index is likely to hold, and a bound for memory.
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
