import Runs
import Settings
import Training

/// The training data of a reranker: each row is a group or a labelled pair, or each query with its judged documents a
/// group.
struct GroupSection: Sendable, Equatable {
  /// A collection with judgments (`collection`, `split`), or a file of rows (`rows`, with `collection` for its identifiers).
  var source: RowSource
  /// With `false` the groups keep the order of their file.
  var shuffle: Bool?
  /// The most documents of grade 0 of a group per epoch, drawn anew in each epoch; without it, all.
  var negatives: Int?
  /// Random documents beside the negatives of the data.
  var easyNegatives: EasyNegativesSection?
}

extension GroupSection: Codable {
  private enum Key: String, CodingKey { case shuffle, negatives, easyNegatives }

  init(from decoder: any Decoder) throws {
    source = try RowSource(from: decoder)
    let section = try decoder.container(keyedBy: Key.self)
    shuffle = try section.decodeIfPresent(Bool.self, forKey: .shuffle)
    negatives = try section.decodeIfPresent(Int.self, forKey: .negatives)
    easyNegatives = try section.decodeIfPresent(EasyNegativesSection.self, forKey: .easyNegatives)
  }

  func encode(to encoder: any Encoder) throws {
    try source.encode(to: encoder)
    var section = encoder.container(keyedBy: Key.self)
    try section.encodeIfPresent(shuffle, forKey: .shuffle)
    try section.encodeIfPresent(negatives, forKey: .negatives)
    try section.encodeIfPresent(easyNegatives, forKey: .easyNegatives)
  }

  var inputs: [RunInput] {
    let pool: [RunInput] = if case .corpus(let file) = easyNegatives?.pool { [.file(file)] } else { [] }
    return source.files.map { .file($0) } + pool
  }

  func validate(_ checks: SettingChecks, loss: LossSetting, batch: GroupBatchSection) {
    if let negatives { checks.within(1...DataSection.mostNegatives, "data.negatives", negatives) }
    source.validate(checks)
    easyNegatives?.validate(checks, negatives: negatives, loss: loss, batch: batch)
  }
}
