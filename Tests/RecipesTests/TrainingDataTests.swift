import Datasets
import Files
import Runs
import TestSupport
import Testing
import Training

@testable import Recipes

@Suite struct TrainingDataTests {
  private let batch = BatchSection(queries: 3, tokens: 64, uniqueTexts: false, recompute: false)
  private let infoNCE = LossSetting(InfoNCE(temperature: 0.05, maskKnownPositives: true))

  private func data(
    _ rows: [String], loss: LossSetting? = nil, shuffle: Bool = true, negatives: Int? = nil, isMined: Bool = false,
    name: String = "rows.jsonl", warn: (String) -> Void = { _ in }
  ) throws -> RowData {
    let folder = TemporaryFolder()
    let file = folder.file(name)
    try Files.write(rows.map { $0 + "\n" }.joined(), to: file)
    let section = DataSection(source: .file(file, collection: nil), shuffle: shuffle, negatives: negatives)
    return try RowData(section, batch: batch, loss: loss ?? infoNCE, seed: 1, isMined: isMined, warn: warn)
  }

  private func refusal(_ rows: [String], loss: LossSetting) throws -> String {
    do {
      _ = try data(rows, loss: loss)
      return ""
    } catch let error as RunError {
      #expect(error.kind == .badData)
      let parts = error.description.split(separator: "/")
      return parts.last.map(String.init) ?? ""
    }
  }

  @Test func documentsAreThePositivesThenWhatTheNegativesAdd() throws {
    let data = try data([
      #"{"query": "a", "positive": "A", "negatives": ["x", "y"]}"#, #"{"query": "b", "positive": "B"}"#,
      #"{"query": "c", "positive": "C", "negatives": ["A"]}"#, #"{"query": "a", "positive": "B"}"#,
    ])
    let step = data.epoch(0).step([2, 0, 1])
    #expect(step.queries == ["c", "a", "b"])
    #expect(step.documents == ["C", "A", "B", "x", "y"])
    #expect(step.targets.positives == [0, 1, 2])
    #expect(step.targets.negatives == [[1], [3, 4], []])
    // Query a has the positives A and B somewhere in the data; one of c's negatives is a column that is there already.
    #expect(step.targets.knownPositives == [[0], [1, 2], [2]])
    #expect(step.targets.teacherScores == [])
    #expect(step.targets.labels == [])
  }

  @Test func negativesThatAreKnownPositivesAreLeftOutWithAWarning() throws {
    var warnings: [String] = []
    let data = try data(
      [
        #"{"query": "one", "positive": "A", "negatives": ["x", " ", "b."], "scores": [3, 1, 0, 2]}"#,
        #"{"query": "One?", "positive": "B"}"#,
      ]) { warnings.append($0.split(separator: "/").last.map(String.init) ?? "") }
    #expect(data.rows.map(\.negatives) == [["x"], []] && data.rows[0].scores == [3, 1])
    #expect(
      warnings == [
        "rows.jsonl: 1 negative without any text left out, for example in line 1",
        "rows.jsonl: 1 negative left out, which the rows name as a positive of the same query, for example \"b.\" of row 1, "
          + "\"one\"",
      ])
  }

  @Test func teacherScoresAndLabelsAreHandedOverWhereTheLossReadsThem() throws {
    let teacher = try data(
      [
        #"{"query": "a", "positive": "A", "negatives": ["x"], "scores": [3, 1]}"#,
        #"{"query": "b", "positive": "B", "negatives": ["y"], "scores": [2, 0.5]}"#,
      ], loss: LossSetting(MarginMSE(similarity: .dot)))
    #expect(teacher.epoch(0).step([1, 0]).targets.teacherScores == [[2, 0.5], [3, 1]])
    let pairs = [
      #"{"sentence1": "a", "sentence2": "A", "score": 0.25}"#, #"{"sentence1": "b", "sentence2": "A", "score": 1}"#,
    ]
    let labelled = try data(pairs, loss: LossSetting(CoSENT(scale: 20)))
    #expect(labelled.epoch(0).step([1, 0]).targets.labels == [1, 0.25])
    let graded = try data(pairs, loss: LossSetting(BinaryCrossEntropy()))
    #expect(graded.epoch(0).step([0]).targets.labels == [0.25])
    let rows = [#"{"query": "a", "positive": "A", "negatives": ["x"], "scores": [3, 1]}"#]
    let wanted = try data(rows, loss: LossSetting(MSE()))
    #expect(
      wanted.epoch(0).step([0]).targets.teacherScores == [[3, 1]] && wanted.epoch(0).step([0]).targets.labels == [])
    let binary = try data(rows, loss: LossSetting(BinaryCrossEntropy()))
    #expect(binary.epoch(0).step([0]).targets.teacherScores == [] && binary.epoch(0).step([0]).targets.labels == [])
  }

  @Test func rowsThatTheLossCannotUseAreRefused() throws {
    let pair = #"{"query": "a", "positive": "A"}"#
    let labelled = #"{"sentence1": "a", "sentence2": "A", "score": 1}"#
    #expect(
      try refusal([pair], loss: LossSetting(CosineMSE()))
        == "rows.jsonl: the loss cosineMSE needs a label in every row, 1 row of 1 has none; give query, document and "
        + "label")
    #expect(
      try refusal([pair, pair], loss: LossSetting(MarginMSE(similarity: .cosine)))
        == "rows.jsonl: the loss marginMSE needs a teacher's scores in every row, 2 rows of 2 have none; give \"scores\" of "
        + "the positive and the negatives")
    #expect(
      try refusal([labelled], loss: infoNCE)
        == "rows.jsonl: 1 row has a label, which the loss infoNCE does not read; use coSENT, cosineMSE or contrastive")
    let alone = LossSetting(InfoNCE(temperature: 1, maskKnownPositives: false, inBatchNegatives: false))
    #expect(
      try refusal([pair], loss: alone)
        == "rows.jsonl: the loss infoNCE needs negatives in every row without in-batch negatives, 1 row of 1 has none; add "
        + "them")
    #expect(
      try refusal([pair, pair], loss: LossSetting(ListNet()))
        == "rows.jsonl: the loss listNet needs negatives in every row, 2 rows of 2 have none; add them")
    #expect(
      try refusal([pair], loss: LossSetting(MSE()))
        == "rows.jsonl: the loss mse needs a label in every row, or a teacher's scores in every row, 1 row of 1 has none; "
        + "give query, document and label, or \"scores\" of the positive and the negatives")
    let tooLarge = #"{"sentence1": "b", "sentence2": "B", "score": 4}"#
    #expect(
      try refusal([labelled, tooLarge], loss: LossSetting(BinaryCrossEntropy()))
        == "rows.jsonl: row 2 has the label 4.0; the loss binaryCrossEntropy needs labels from 0 to 1; scale "
        + "them to that, or use coSENT")
  }

  /// Rows that are mined need no negatives of their own; all else is asked of them as of others.
  @Test func rowsThatAreMinedAreCheckedToo() throws {
    let alone = LossSetting(InfoNCE(temperature: 1, maskKnownPositives: false, inBatchNegatives: false))
    #expect(try data([#"{"query": "a", "positive": "A"}"#], loss: alone, isMined: true).rows.count == 1)
    #expect(throws: RunError.self) {
      try data([#"{"sentence1": "a", "sentence2": "A", "score": 1}"#], isMined: true)
    }
  }

  @Test func negativesAreDrawnFromThePoolAndReplacedByMining() throws {
    let rows = (0..<9).map {
      "{\"query\": \"q\($0)\", \"positive\": \"p\($0)\", \"negatives\": [\"a\", \"b\", \"c\", \"d\"]}"
    }
    var data = try data(rows, negatives: 1)
    let epochs = (0..<4).map { data.epoch($0).rows.map(\.negatives) }
    #expect(epochs.allSatisfy { $0.allSatisfy { $0.count == 1 } } && Set(epochs).count == 4)
    let batches = data.batches(epoch: 0)
    var mined = data.rows
    for index in mined.indices { mined[index].negatives = ["p\((index + 1) % 9)"] }
    try data.replaceNegatives(with: mined) { _ in }
    #expect(data.batches(epoch: 0) == batches && data.epoch(0).rows == mined)
    #expect(throws: RunError.self) { try data.replaceNegatives(with: Array(mined.dropLast())) { _ in } }
  }

  @Test func stepsFollowFromEpochsOrAreGiven() throws {
    let rows = (0..<7).map { "{\"query\": \"q\($0)\", \"positive\": \"p\($0)\"}" }
    let data = try data(rows, shuffle: false)
    #expect(data.batches(epoch: 0) == [[0, 1, 2], [3, 4, 5], [6]])
    #expect(StepPlan(of: data, for: .epochs(2)).count == 6)
    #expect(StepPlan(of: data, for: .steps(5)).count == 5)
    #expect(data.description(of: [0, 6]) == "row 1, row 7")
    #expect(data.description(of: Array(repeating: 0, count: 10)).hasSuffix("row 1 and 2 more"))
  }

  /// A judgment of grade 0 makes a document of the step a negative, though a query of the same text has it as a positive.
  @Test func aJudgmentCountsMoreThanAQueryOfTheSameText() throws {
    let folder = TemporaryFolder()
    try folder.write(
      "c/corpus.jsonl", (1...3).map { "{\"_id\": \"d\($0)\", \"text\": \"text \($0)\"}\n" }.joined())
    try folder.write(
      "c/queries.jsonl",
      ["apple", "Apple", "pear"].enumerated().map { "{\"_id\": \"q\($0 + 1)\", \"text\": \"\($1)\"}\n" }
        .joined())
    try folder.write("c/qrels/train.tsv", "q1\td1\t1\nq2\td2\t1\nq3\td3\t1\nq2\td1\t0\n")
    let section = DataSection(source: .judgments(collection: folder.file("c"), split: "train"), shuffle: false)
    var warnings: [String] = []
    let data = try RowData(section, batch: batch, loss: infoNCE, seed: 1, warn: { warnings.append($0) })
    #expect(data.epoch(0).step([0, 1, 2]).targets.knownPositives == [[0, 1], [1], [2]])
    #expect(warnings.count == 1 && warnings[0].contains("1 document judged 0 for a query"), "\(warnings)")
    let corpus = try Corpus(file: folder.file("c/corpus.jsonl"))
    let groups = QueryGroups(data.rows, judged: data.judged, corpus: corpus)
    #expect(groups.groups.map(\.knownDocuments) == [[0, 1], [1], [2]])
    #expect(groups.groups.map { $0.positives.map(\.text) } == [["text 1", "text 2"], ["text 2"], ["text 3"]])
    #expect(groups.groups.map(\.positiveOfRow) == [[0], [0], [0]])
  }
}
