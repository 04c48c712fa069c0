import Datasets
import Files
import Runs
import Training
import Words

/// The groups of documents that a reranker is trained on.
struct GroupData: TrainingData {
  static let unit = "group"

  let groups: RankingGroups
  private let easy: EasyNegatives?
  /// The files of the groups.
  let files: [String]
  private let seed: UInt64
  /// The most documents of grade 0 of a group per epoch; nil for all.
  private let negativesPerEpoch: Int?
  let sampler: BatchSampler
  /// True if the targets of a step have teacher scores.
  private let readsScores: Bool

  var count: Int { groups.groups.count }

  /// Reads the groups, and checks that they have all that the loss reads.
  ///
  /// A loss that compares documents learns nothing from a group without a positive, or without a negative. Such groups
  /// are left out; if no others remain, it is an error.
  ///
  /// - Parameter warn: Receives warnings about groups that are left out and judgments that stand there more than once.
  init(
    _ data: GroupSection, batch: GroupBatchSection, loss: LossSetting, seed: UInt64, warn: (String) -> Void
  ) throws {
    let source = data.source.path
    let easyFile: String? = if case .corpus(let file) = data.easyNegatives?.pool { file } else { nil }
    var groups: RankingGroups
    let corpus: Corpus?
    let (isLabelled, isFromFile): (Bool, Bool)
    switch data.source {
    case .file:
      let texts = try data.source.read(corpus: easyFile, warn: warn)
      groups = RankingGroups(
        rows: texts.rows, gathersLabels: type(of: loss.loss).comparesDocuments, source: source)
      corpus = texts.corpus
      (isLabelled, isFromFile) = (texts.rows.contains { $0.label != nil }, true)
    case .judgments(let folder, let split):
      let collection = try Collection(folder: folder)
      let easy = try easyFile.map { try Corpus(file: $0) }
      (collection.warnings + (easy?.warnings ?? [])).forEach(warn)
      groups = try RankingGroups(collection: collection, split: split, corpus: easy)
      corpus = easy ?? collection.corpus
      (isLabelled, isFromFile) = (true, false)
    }
    groups.warnings.forEach(warn)
    let check = GroupCheck(
      source: source, loss: loss, isLabelled: isLabelled, isFromFile: isFromFile,
      hasEasyNegatives: data.easyNegatives != nil)
    try check(&groups, warn)
    readsScores = type(of: loss.loss).readsTeacherScores && groups.groups.allSatisfy { $0.scores != nil }
    easy = data.easyNegatives.map { settings in
      EasyNegatives(
        share: settings.share, corpus: settings.pool == .step ? nil : corpus, groups: groups,
        isInBatch: settings.pool == .step)
    }
    self.groups = groups
    files = data.source.files + [easyFile].compactMap { $0 }
    self.seed = seed
    negativesPerEpoch = data.negatives
    sampler = try BatchSampler(
      count: groups.groups.count, batchSize: batch.groups, seed: seed, isShuffled: data.shuffle ?? true)
  }

  /// The batches of an epoch, and its groups with their documents.
  func epoch(_ number: Int) -> GroupEpoch {
    let batches = sampler.batches(epoch: number)
    return GroupEpoch(
      number: number,
      groups: negativesPerEpoch.map {
        groups.drawing($0, easy: easy, batches: batches, epoch: number, seed: seed)
      } ?? groups.groups,
      batches: batches, readsScores: readsScores)
  }

  func name(of group: Int) -> String { groups.groups[group].queryID ?? "row \(groups.groups[group].row + 1)" }
}

/// One pass over the groups of a training run.
struct GroupEpoch {
  /// The number of the epoch, from 0 on.
  let number: Int
  /// The groups with their documents of this epoch.
  let groups: [RankingGroup]
  /// The indices of the groups of each step.
  let batches: [[Int]]
  let readsScores: Bool

  /// The groups of a step and the targets of their scores.
  func step(_ indices: [Int]) -> GroupStep {
    let chosen = indices.map { groups[$0] }
    return GroupStep(
      groups: chosen,
      targets: Targets(groups: chosen.map(\.grades), teacherScores: readsScores ? chosen.map { $0.scores ?? [] } : []))
  }
}

/// The groups of one step, and the targets of their scores.
struct GroupStep {
  let groups: [RankingGroup]
  let targets: Targets
}

/// The check that groups have all that a loss on a cross-encoder's scores reads.
private struct GroupCheck {
  let source: String
  let loss: LossSetting
  /// True if the data has grades, instead of 1 for a positive and 0 for a negative.
  let isLabelled: Bool
  let isFromFile: Bool
  let hasEasyNegatives: Bool

  func callAsFunction(_ groups: inout RankingGroups, _ warn: (String) -> Void) throws {
    let name = loss.name
    if hasEasyNegatives && isLabelled && isFromFile {
      throw RunError(
        .badData,
        "\(source): labelled pairs have their own negatives; remove 'data.easyNegatives', or give rows of query and "
          + "positive")
    }
    if loss.needs == .labels, !(isLabelled && isFromFile) {
      throw RunError(
        .badData, "\(source): the loss \(name) needs a label in every row; give query, document and label")
    }
    try checkScores(groups.groups)
    if let labels = type(of: loss.loss).labels {
      for group in groups.groups {
        guard let grade = group.grades.first(where: { !type(of: loss.loss).canRead(label: $0) }) else { continue }
        throw RunError(
          .badData,
          "\(source): \(Self.name(of: group)) has the label \(grade); the loss \(name) needs labels from "
            + "\(labels.lowerBound) to \(labels.upperBound)")
      }
    }
    if type(of: loss.loss).comparesDocuments { try leaveOutUnordered(&groups, warn) }
  }

  private func checkScores(_ groups: [RankingGroup]) throws {
    let lacking = groups.count { $0.scores == nil }
    guard type(of: loss.loss).readsTeacherScores, lacking > 0 else { return }
    // Labels are as good where the loss says so.
    if isLabelled, case .wantedScores = loss.needs { return }
    throw RunError(
      .badData,
      "\(source): the loss \(loss.name) needs a teacher's scores in every row, "
        + "\(NumberText.counted(lacking, "row")) of \(NumberText.count(groups.count)) "
        + "\(lacking == 1 ? "has" : "have") none; give \"scores\" of the positive and the negatives")
  }

  private func leaveOutUnordered(_ groups: inout RankingGroups, _ warn: (String) -> Void) throws {
    let all = groups.groups.count
    let withoutPositive = groups.groups.count { !$0.hasPositive }
    groups.filter { $0.hasPositive && ($0.isOrdered || hasEasyNegatives) }
    let withoutNegative = all - withoutPositive - groups.groups.count
    let found = [(withoutPositive, "positive"), (withoutNegative, "negative")].filter { $0.0 > 0 }.map {
      "\(NumberText.count($0.0)) without a \($0.1)"
    }
    if groups.groups.isEmpty {
      throw RunError(
        .badData,
        "\(source): the loss \(loss.name) compares documents, and of "
          + "\(NumberText.counted(all, "group")) none has both a positive and a negative (\(found.joined(separator: ", "))); "
          + "mine negatives, or set 'data.easyNegatives'")
    }
    if !found.isEmpty {
      warn(
        "\(source): \(found.joined(separator: ", ")) of \(NumberText.counted(all, "group")) left out, since the "
          + "loss \(loss.name) compares documents")
    }
  }

  private static func name(of group: RankingGroup) -> String {
    group.queryID.map { "query \($0)" } ?? "row \(group.row + 1)"
  }
}
