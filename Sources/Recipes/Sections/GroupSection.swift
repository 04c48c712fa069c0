import Settings

/// The training data of a reranker: a file of rows, or a collection whose judgments are the groups.
struct GroupSection: Codable, Sendable, Equatable {
  /// A collection folder: the data itself with `split`, or what the ids in `rows` refer to.
  var collection: String?
  /// The judgments to train on: `qrels/SPLIT.tsv`; a query and all documents judged for it are a group.
  var split: String?
  /// A file of training rows: `.jsonl`, `.tsv` or `.csv`; a row is a group, or a labelled pair.
  var rows: String?
  /// With `false` the groups are taken in the order of their file.
  var shuffle: Bool?
  /// How many documents of grade 0 a group has in an epoch at most, drawn anew for each; without it, all.
  var negatives: Int?
  /// Random documents beside the negatives of the data.
  var easyNegatives: EasyNegativesSection?
}

extension GroupSection {
  /// What is the same for training on rows.
  var dataSection: DataSection {
    DataSection(collection: collection, split: split, rows: rows, shuffle: shuffle, negatives: negatives)
  }

  /// The files that the groups come from.
  var files: [String] { dataSection.files + (easyNegatives?.corpus.map { [$0] } ?? []) }

  func validate(_ checks: SettingChecks, loss: LossSetting, batch: GroupBatchSection) {
    if let negatives { checks.atLeast(1, "data.negatives", negatives) }
    dataSection.validate(checks)
    guard let easyNegatives else { return }
    let share = easyNegatives.share
    checks.require(share >= 0 && share <= 1, "data.easyNegatives.share", else: "\(share) is not a fraction from 0 to 1")
    if let corpus = easyNegatives.corpus { checks.file("data.easyNegatives.corpus", corpus) }
    if easyNegatives.inBatch == true {
      checks.require(
        easyNegatives.corpus == nil, "data.easyNegatives.corpus", reading: ["data.easyNegatives.inBatch"],
        else: "the documents come from the step; remove it, or 'inBatch'")
      checks.require(
        batch.groups >= 2, "batch.groups", reading: ["data.easyNegatives.inBatch"],
        else: "documents of other groups need at least 2 groups in a step")
    }
    checks.require(
      (negatives ?? 0) > 0, "data.easyNegatives", reading: ["data.negatives"],
      else: "give 'data.negatives', the number of negatives of a group, of which this is a share")
    checks.require(
      !loss.readsTeacherScores, "data.easyNegatives", reading: ["loss.name"],
      else: "no teacher scored random documents, and the loss \(loss.name.rawValue) needs that")
    checks.require(
      loss.name != .coSENT, "data.easyNegatives", reading: ["loss.name"],
      else: "the loss coSENT reads labelled pairs, which have no negatives")
  }
}
