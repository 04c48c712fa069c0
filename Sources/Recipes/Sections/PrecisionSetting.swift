import Kernels
import SettingKeys
import Settings

/// The precision of the products of a model's layers where it is trained: gradients need more than 8 bits.
enum TrainingPrecision: String, ChoiceSetting {
  case float32
  case bfloat16

  var precision: Precision {
    switch self {
    case .float32: .float32
    case .bfloat16: .bfloat16
    }
  }
}

extension KeyedSection {
  /// The precision of a program that trains.
  func trainingPrecision(_ key: Key) throws -> TrainingPrecision {
    try value(
      key, default: .float32,
      "The precision of the products of layers in training, mining and evaluation; weights stay float32."
    )
  }

  /// The precision of a program that only computes.
  func precision(_ key: Key) throws -> Precision {
    try value(
      key, default: .float32,
      "The precision of the products of layers; those below float32 give nearly the same, faster on some processors."
    )
  }
}

extension Precision {
  /// The name for a person, and that it is emulated if it is.
  var inWords: String { rawValue + (isNative ? "" : ", emulated") }
}
