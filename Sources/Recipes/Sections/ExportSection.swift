import Encoders
import Settings

/// The form of the exported model.
struct ExportSection: Codable, Sendable, Equatable {
  /// The type that the weights are rounded to, ties to even; the verdict is measured with the rounded ones.
  var type: WeightType
}
