import Runs
import SettingKeys
import Settings

/// The training data of a bi-encoder.
struct DataSection: Sendable, Equatable {
  /// The rows.
  var source: RowSource
  var shuffle: Bool
  var negatives: Int?
}

extension DataSection: Codable {
  private enum Key: String, CodingKey { case shuffle, negatives }

  init(from decoder: any Decoder) throws {
    source = try RowSource(from: decoder)
    let keys = try decoder.keys(Key.self)
    shuffle = try keys.value(
      .shuffle, default: true,
      "False if the rows keep the order of their file, which must then satisfy 'batch.uniqueTexts' itself.")
    negatives = try keys.optional(
      .negatives, example: 3,
      "The most negatives of a row per epoch, drawn anew in each epoch from all it has; without it all.")
  }

  func encode(to encoder: any Encoder) throws {
    try source.encode(to: encoder)
    var section = encoder.container(keyedBy: Key.self)
    try section.encode(shuffle, forKey: .shuffle)
    try section.encodeIfPresent(negatives, forKey: .negatives)
  }

  /// The most negatives of a row, more than any corpus of these days has.
  static let mostNegatives = 1_000_000_000

  var inputs: [RunInput] { source.inputs }

  func validate(_ checks: SettingChecks) {
    source.validate(checks)
    if let negatives { checks.within(0...Self.mostNegatives, "data.negatives", negatives) }
  }
}
