import Datasets
import Files
import Runs
import Training
import Words

/// The examples of a training run, and the batches of its steps.
protocol TrainingData {
  associatedtype Epoch: TrainingEpoch
  /// The noun for one example: "row".
  static var unit: String { get }
  /// The setting that asks for a number of examples in a step.
  static var sizeSetting: String { get }
  /// The kind of scores that the model gives the loss.
  static var scores: ScoreKind { get }
  /// The remedy where examples have nothing to be compared with.
  func remedy(for contrast: Contrast) -> String
  /// The number of examples.
  var count: Int { get }
  /// The files that the examples come from.
  var files: [String] { get }
  var sampler: BatchSampler { get }
  /// True if the loss reads a teacher's scores of them.
  var readsTeacherScores: Bool { get }
  /// True if they are labelled pairs.
  var isLabelled: Bool { get }
  /// The numbers that the loss reads of an example: a teacher's scores or its label or grades; empty if it has none.
  func values(of example: Int) -> [Float]
  /// The place of an example for a message: its query's identifier, or its number.
  func place(of example: Int) -> String
  /// One pass over the examples.
  func epoch(_ number: Int) -> Epoch
}

/// One pass over the examples of a training run.
protocol TrainingEpoch {
  /// The indices of the examples of each step.
  var batches: [[Int]] { get }
  /// The targets of some examples in one step, and the number of columns of their scores.
  func targets(of examples: [Int]) -> (targets: Targets, documents: Int)
}

extension TrainingData {
  /// The batches of an epoch, as indices of their examples.
  func batches(epoch: Int) -> [[Int]] { sampler.batches(epoch: epoch) }

  /// The first examples of a step by name, for an error message.
  func description(of batch: [Int]) -> String {
    let names = batch.prefix(8).map(place)
    return names.joined(separator: ", ") + (batch.count > names.count ? " and \(batch.count - names.count) more" : "")
  }
}

/// The rows that a bi-encoder is trained on.
struct RowData: TrainingData {
  static let unit = "row"
  static let sizeSetting = "batch.queries"
  static let scores = ScoreKind.cosines

  /// The rows with all their negatives.
  private(set) var rows: [TrainingRow]
  /// The files of the rows.
  let files: [String]
  /// The file that has the rows.
  private let source: String
  /// The documents that the identifiers of the rows mean; nil where the rows have all there is.
  let corpus: Corpus?
  /// The judgments that count more than the positives of queries with the same text.
  let judged: JudgedNegatives
  private let seed: UInt64
  /// The most negatives of a row per epoch; nil for all.
  private let negativesPerEpoch: Int?
  let sampler: BatchSampler
  private let loss: LossSetting
  let readsTeacherScores: Bool
  /// True if the targets of a step have labels.
  let isLabelled: Bool

  /// Reads the rows, and checks that they have all that the loss reads.
  ///
  /// - Parameters:
  ///   - isMined: True if the rows get mined negatives before the first step and need none of their own.
  ///   - corpus: A `corpus.jsonl` with the documents that identifiers mean; without it, that of the data's collection.
  ///   - warn: Receives warnings about what was left out or replaced, and about rows that teach little.
  init(
    _ data: DataSection, batch: BatchSection, loss: LossSetting, seed: UInt64, isMined: Bool = false,
    corpus: String? = nil, warn: (String) -> Void
  ) throws {
    let texts = try data.source.read(corpus: corpus, warn: warn)
    (rows, self.corpus, judged) = (texts.rows, texts.corpus, texts.judged)
    rows.removeKnownPositives(source: data.source.path, judged: judged).map(warn)
    files = data.source.files
    self.seed = seed
    negativesPerEpoch = data.negatives
    let isShuffled = data.shuffle
    sampler =
      isShuffled
      ? try BatchSampler(rows: rows, batchSize: batch.queries, seed: seed, uniqueTexts: batch.uniqueTexts)
      : try BatchSampler(count: rows.count, batchSize: batch.queries, seed: seed, isShuffled: false)
    self.loss = loss
    let needs = loss.needs
    readsTeacherScores = needs == .teacherScores || (needs == .wantedScores && rows.allSatisfy { $0.scores != nil })
    isLabelled =
      needs == .labels || ([.grades, .wantedScores].contains(needs) && rows.allSatisfy { $0.label != nil })
    source = data.source.path
    try check(isMined: isMined)
    if !isShuffled && batch.uniqueTexts { try checkUniqueTexts() }
    let lossCheck = LossCheck(loss, on: self, from: source)
    try lossCheck.values(warn)
    if !isMined { try lossCheck.steps(warn) }
  }

  /// The batches of an epoch, and its rows with their negatives.
  func epoch(_ number: Int) -> RowEpoch {
    RowEpoch(
      number, rows: negativesPerEpoch.map { rows.drawingNegatives($0, epoch: number, seed: seed) } ?? rows,
      judged: judged, batches: batches(epoch: number), readsScores: readsTeacherScores, readsLabels: isLabelled)
  }

  var count: Int { rows.count }

  func values(of row: Int) -> [Float] {
    readsTeacherScores ? rows[row].scores ?? [] : isLabelled ? rows[row].label.map { [$0] } ?? [] : []
  }

  func place(of row: Int) -> String { rows[row].queryID.map { "query \($0)" } ?? "row \(row + 1)" }

  func remedy(for contrast: Contrast) -> String {
    switch contrast {
    case .stepDocuments, .ownNegativesOrStepDocuments:
      "give the rows negatives, mine them, or raise 'batch.queries' where there are rows of other texts"
    case .labels where hasTextsApart:
      "set 'batch.uniqueTexts' to false, since rows with a text in common do not meet in a step"
    case .labels: "let the rows be shuffled, or raise 'batch.queries'"
    case .ownNegatives, .grades, .target: "give the rows negatives, or mine them"
    }
  }

  /// True if steps are smaller than they should be, since rows with a text in common are kept apart.
  private var hasTextsApart: Bool { batches(epoch: 0).dropLast().contains { $0.count < sampler.batchSize } }

  /// Replaces the negatives of the rows; queries and positives stay, and so the batches are the same.
  ///
  /// - Parameter warn: Receives a warning about rows that got none.
  mutating func replaceNegatives(with mined: [TrainingRow], warn: (String) -> Void) throws {
    let isSame =
      mined.count == rows.count && zip(mined, rows).allSatisfy { $0.query == $1.query && $0.positive == $1.positive }
    guard isSame else {
      throw RunError(.badData, "the checkpoint has negatives for other rows; was the data changed in between?")
    }
    rows = mined
    try LossCheck(loss, on: self, from: source).steps(warn)
  }

  /// Checks that no text occurs twice in a step of rows that keep the order of their file.
  private func checkUniqueTexts() throws {
    for batch in batches(epoch: 0) {
      var owners: [NormalizedText: Int] = [:]
      for row in batch {
        for text in Set([rows[row].query, rows[row].positive].map(NormalizedText.init)) {
          guard let other = owners.updateValue(row, forKey: text) else { continue }
          throw RunError(
            .badData,
            "\(source): rows \(other + 1) and \(row + 1) are in one step and have a text in common; set "
              + "batch.uniqueTexts to false, or let the rows be shuffled")
        }
      }
    }
  }

  private func check(isMined: Bool) throws {
    let name = loss.name
    func refuse(_ found: Int, _ expected: String, _ advice: String) throws {
      guard found > 0 else { return }
      throw RunError(
        .badData,
        "\(source): the loss \(name) needs \(expected), \(NumberText.counted(found, "row")) "
          + "of \(NumberText.count(rows.count)) \(found == 1 ? "has" : "have") none; \(advice)")
    }
    switch loss.needs {
    case .labels:
      try refuse(rows.count { $0.label == nil }, "a label in every row", "give query, document and label")
    case .teacherScores:
      try refuse(
        rows.count { $0.scores == nil }, "a teacher's scores in every row",
        "give \"scores\" of the positive and the negatives")
    case .nothing:
      let labelled = rows.count { $0.label != nil }
      if labelled > 0 {
        let readers = Losses.all.filter { $0.needs == .labels && $0.reads(.cosines) }.map { $0.name }
        throw RunError(
          .badData,
          "\(source): \(NumberText.counted(labelled, "row")) \(labelled == 1 ? "has" : "have") a label, which the loss "
            + "\(name) does not read; use \(readers.alternatives)")
      }
    case .grades:
      let labelled = rows.count { $0.label != nil }
      try refuse(
        labelled == 0 ? 0 : rows.count - labelled, "a label in every row or in none",
        "give all of them one, or leave them out")
    case .wantedScores:
      try refuse(
        readsTeacherScores ? 0 : rows.count { $0.label == nil },
        "a label in every row, or a teacher's scores in every row",
        "give query, document and label, or \"scores\" of the positive and the negatives")
    }
    if loss.loss.needsNegatives && !isMined {
      let lonely = rows.count { $0.negatives.isEmpty }
      let reason = loss.loss.usesInBatchNegatives == false ? " without in-batch negatives" : ""
      try refuse(lonely, "negatives in every row" + reason, "add them")
    }
  }
}

/// One pass over the rows of a training run.
struct RowEpoch: TrainingEpoch {
  /// The number of the epoch, from 0 on.
  let number: Int
  /// The rows with their negatives of this epoch.
  let rows: [TrainingRow]
  /// The indices of the rows of each step.
  let batches: [[Int]]
  private let known: KnownPositives
  private let readsScores: Bool
  private let readsLabels: Bool

  init(
    _ number: Int, rows: [TrainingRow], judged: JudgedNegatives, batches: [[Int]], readsScores: Bool, readsLabels: Bool
  ) {
    self.number = number
    self.rows = rows
    self.batches = batches
    self.readsScores = readsScores
    self.readsLabels = readsLabels
    known = KnownPositives(rows: rows, judged: judged)
  }

  func targets(of indices: [Int]) -> (targets: Targets, documents: Int) {
    let step = step(indices)
    return (step.targets, step.documents.count)
  }

  /// The texts of a step and the targets of their scores.
  func step(_ indices: [Int], guide: Guide? = nil) -> RowStep {
    let batch = RowBatch(indices, of: rows, known: known)
    let chosen = indices.map { rows[$0] }
    var answers = batch.knownPositives
    if let guide {
      for (query, columns) in guide.falseNegatives(in: batch).enumerated() { answers[query] += columns }
    }
    let targets = Targets(
      positives: batch.positives, negatives: batch.negatives, knownPositives: answers,
      teacherScores: readsScores ? chosen.map { $0.scores ?? [] } : [],
      labels: readsLabels ? chosen.map { $0.label ?? 0 } : [])
    return RowStep(queries: batch.queries, documents: batch.documents, targets: targets)
  }
}

/// The texts of one step, and the targets of the scores of queries and documents.
struct RowStep {
  let queries: [String]
  /// The distinct documents.
  let documents: [String]
  let targets: Targets
}
