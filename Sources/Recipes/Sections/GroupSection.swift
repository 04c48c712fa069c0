import Runs
import SettingKeys
import Settings
import Training

/// The training data of a reranker: each row is a group or a labelled pair, or each query with its judged documents a
/// group.
struct GroupSection: Sendable, Equatable {
  /// The rows or judgments.
  var source: RowSource
  var shuffle: Bool
  var negatives: Int?
  var easyNegatives: EasyNegativesSection?
}

extension GroupSection: Codable {
  private enum Key: String, CodingKey { case shuffle, negatives, easyNegatives }

  init(from decoder: any Decoder) throws {
    source = try RowSource(from: decoder)
    let keys = try decoder.keys(Key.self)
    shuffle = try keys.value(.shuffle, default: true, "False if the groups keep the order of their file.")
    negatives = try keys.optional(
      .negatives, example: 3,
      "The most documents of grade 0 of a group per epoch, drawn anew in each epoch; without it all.")
    easyNegatives = try keys.optional(.easyNegatives, "Random documents beside the negatives of the data.")
  }

  func encode(to encoder: any Encoder) throws {
    try source.encode(to: encoder)
    var section = encoder.container(keyedBy: Key.self)
    try section.encode(shuffle, forKey: .shuffle)
    try section.encodeIfPresent(negatives, forKey: .negatives)
    try section.encodeIfPresent(easyNegatives, forKey: .easyNegatives)
  }

  var inputs: [RunInput] {
    let pool: [RunInput] = if case .corpus(let file) = easyNegatives?.pool { [.file(file)] } else { [] }
    return source.inputs + pool
  }

  func validate(_ checks: SettingChecks, loss: LossSetting, batch: GroupBatchSection) {
    if let negatives { checks.within(1...DataSection.mostNegatives, "data.negatives", negatives) }
    source.validate(checks)
    easyNegatives?.validate(checks, negatives: negatives, loss: loss, batch: batch)
  }
}
