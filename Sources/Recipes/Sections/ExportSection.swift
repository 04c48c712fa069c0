import Encoders
import SettingKeys
import Settings

/// The form of the exported model.
struct ExportSection: Codable, Sendable, Equatable {
  var type: WeightType
}

extension ExportSection {
  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    type = try keys.required(
      .type, example: .bfloat16,
      "The type that the weights are rounded to, ties to even; the verdict is measured with the rounded ones.")
  }
}
