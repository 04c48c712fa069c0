import Datasets
import Files
import OrderedCollections
import Runs
import Training
import Words

/// The groups of documents that a reranker is trained on.
struct GroupData: TrainingData {
  static let unit = "group"
  static let sizeSetting = "batch.groups"
  static let scores = ScoreKind.logits

  let groups: RankingGroups
  private let easy: EasyNegatives?
  /// The files of the groups.
  let files: [String]
  private let seed: UInt64
  /// The most documents of grade 0 of a group per epoch; nil for all.
  private let negativesPerEpoch: Int?
  let sampler: BatchSampler
  let readsTeacherScores: Bool
  let isLabelled: Bool

  var count: Int { groups.groups.count }

  /// Reads the groups, and checks that they have all that the loss reads.
  ///
  /// A loss that compares documents learns nothing from a group without a positive, or without a negative. Such groups
  /// are left out; if no others remain, it is an error.
  ///
  /// - Parameter warn: Receives warnings about what was left out, and about groups that teach little.
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
        rows: texts.rows, gathersLabels: loss.loss.contrast.isAmongDocuments, source: source)
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
    self.isLabelled = isLabelled && isFromFile
    readsTeacherScores = type(of: loss.loss).readsTeacherScores && groups.groups.allSatisfy { $0.scores != nil }
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
      count: groups.groups.count, batchSize: batch.groups, seed: seed, isShuffled: data.shuffle)
    let lossCheck = LossCheck(loss, on: self, from: source)
    try lossCheck.values(warn)
    try lossCheck.steps(warn)
  }

  /// The batches of an epoch, and its groups with their documents.
  func epoch(_ number: Int) -> GroupEpoch {
    let batches = sampler.batches(epoch: number)
    return GroupEpoch(
      number: number,
      groups: negativesPerEpoch.map {
        groups.drawing($0, easy: easy, batches: batches, epoch: number, seed: seed)
      } ?? groups.groups,
      batches: batches, readsScores: readsTeacherScores)
  }

  /// Random negatives have the grade 0.
  func values(of group: Int) -> [Float] {
    let group = groups.groups[group]
    return readsTeacherScores ? group.scores ?? [] : group.grades + (easy == nil ? [] : [0])
  }

  func place(of group: Int) -> String { groups.groups[group].place }

  func query(of group: Int) -> String { groups.groups[group].query }

  /// The different documents of each group; those of labelled pairs together.
  var distinctPairs: [[(group: Int, document: String)]] {
    let pairs = groups.groups.enumerated().map { number, group in
      OrderedSet(group.documents.map(ExactText.init)).map { (group: number, document: $0.text) }
    }
    return pairs.allSatisfy { $0.count == 1 } ? [pairs.flatMap { $0 }] : pairs
  }

  func remedy(for contrast: Contrast) -> String {
    switch contrast {
    case .labels: "let the groups be shuffled, or raise 'batch.groups'"
    case _ where easy != nil:
      "mine negatives, or give 'data.easyNegatives' more documents to draw from"
    case .stepDocuments, .ownNegatives, .ownNegativesOrStepDocuments, .grades, .target:
      "mine negatives, or set 'data.easyNegatives'"
    }
  }
}

/// One pass over the groups of a training run.
struct GroupEpoch: TrainingEpoch {
  /// The number of the epoch, from 0 on.
  let number: Int
  /// The groups with their documents of this epoch.
  let groups: [RankingGroup]
  /// The indices of the groups of each step.
  let batches: [[Int]]
  let readsScores: Bool

  func targets(of indices: [Int]) -> (targets: Targets, documents: Int) {
    let step = step(indices)
    return (step.targets, step.groups.map(\.documents.count).max() ?? 0)
  }

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
    if hasEasyNegatives && isLabelled && isFromFile {
      throw RunError(
        .badData,
        "\(source): labelled pairs have their own negatives; remove 'data.easyNegatives', or give rows of query and "
          + "positive")
    }
    if loss.needs == .labels, !(isLabelled && isFromFile) {
      throw RunError(
        .badData, "\(source): the loss \(loss.name) needs a label in every row; give query, document and label")
    }
    try checkScores(groups.groups)
    if loss.loss.contrast.isAmongDocuments { try leaveOutUnordered(&groups, warn) }
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
    func teaches(_ group: RankingGroup) -> Bool {
      let targets = Targets(groups: [group.grades])
      return group.hasPositive
        && (hasEasyNegatives || targets.has(loss.loss.contrast, documents: group.documents.count)[0])
    }
    let example = groups.groups.first { !teaches($0) }
    groups.filter(teaches)
    let withoutNegative = all - withoutPositive - groups.groups.count
    let found = [(withoutPositive, "positive"), (withoutNegative, "negative")].filter { $0.0 > 0 }.map {
      "\(NumberText.count($0.0)) without a \($0.1)"
    }
    if groups.groups.isEmpty {
      let remedy =
        withoutPositive == all
        ? "give relevant documents, with a grade or label above 0" : "mine negatives, or set 'data.easyNegatives'"
      throw RunError(
        .badData,
        "\(source): the loss \(loss.name) compares documents, and of "
          + "\(NumberText.counted(all, "group")) none has both a positive and a negative (\(found.joined(separator: ", "))); "
          + remedy)
    }
    if let example {
      warn(
        "\(source): \(found.joined(separator: ", ")) of \(NumberText.counted(all, "group")) left out, such as "
          + "\(example.place), since the loss \(loss.name) compares documents")
    }
  }
}

extension RankingGroup {
  /// The place of a group for a message.
  fileprivate var place: String { queryID.map { "query \($0)" } ?? "row \(row + 1)" }
}
