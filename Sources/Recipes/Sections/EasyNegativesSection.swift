import SettingKeys
import Settings
import Training

/// Random negatives, from which a reranker learns about documents that are plainly irrelevant.
struct EasyNegativesSection: Sendable, Equatable {
  /// The documents that negatives are drawn from.
  enum Pool: Sendable, Equatable {
    /// A `corpus.jsonl` (`corpus`).
    case corpus(String)
    /// The documents of the other groups of the step (`inBatch: true`): in-batch ranking.
    case step
    /// The corpus of the data's collection, or else the documents of all rows.
    case data
  }

  var share: Double
  var pool: Pool
}

extension EasyNegativesSection: Codable {
  private enum Key: String, CodingKey { case share, corpus, inBatch }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(Key.self)
    share = try keys.required(
      .share, example: 0.25,
      "The share of 'data.negatives' that is random; missing negatives of the data are replaced by random ones too.")
    let corpus: String? = try keys.optional(
      .corpus, example: "data/my-collection/corpus.jsonl",
      "A corpus.jsonl to draw from; without it the corpus of 'data.collection', or the documents of all rows.")
    let isInBatch = try keys.value(
      .inBatch, default: false, "True to draw from the documents of the other groups of the step.")
    if isInBatch, corpus != nil {
      try decoder.note("the documents come from the step; remove it, or 'inBatch'", at: Key.corpus)
    }
    pool = isInBatch ? .step : corpus.map { .corpus($0) } ?? .data
  }

  func encode(to encoder: any Encoder) throws {
    var section = encoder.container(keyedBy: Key.self)
    try section.encode(share, forKey: .share)
    switch pool {
    case .corpus(let file): try section.encode(file, forKey: .corpus)
    case .step, .data: break
    }
    try section.encode(pool == .step, forKey: .inBatch)
  }

  /// - Parameter negatives: The number of negatives of a group.
  func validate(_ checks: SettingChecks, negatives: Int?, loss: LossSetting, batch: GroupBatchSection) {
    checks.require(share >= 0 && share <= 1, "data.easyNegatives.share", else: "\(share) is not a fraction from 0 to 1")
    switch pool {
    case .corpus(let file): checks.file("data.easyNegatives.corpus", file)
    case .step:
      checks.require(
        batch.groups >= 2, "batch.groups", reading: ["data.easyNegatives.inBatch"],
        else: "documents of other groups need at least 2 groups in a step")
    case .data: break
    }
    checks.require(
      (negatives ?? 0) > 0, "data.easyNegatives", reading: ["data.negatives"],
      else: "give 'data.negatives', the number of negatives of a group, of which this is a share")
    checks.require(
      !type(of: loss.loss).readsTeacherScores, "data.easyNegatives", reading: ["loss.name"],
      else: "no teacher scored random documents, and the loss \(loss.name) needs that")
    checks.require(
      !(loss.needs == .labels && type(of: loss.loss).reads(.logits)), "data.easyNegatives", reading: ["loss.name"],
      else: "the loss \(loss.name) reads labelled pairs, which have no negatives")
  }
}
