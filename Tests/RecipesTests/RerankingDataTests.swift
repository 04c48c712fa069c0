import Datasets
import Files
import Runs
import TestSupport
import Testing
import Training

@testable import Recipes

@Suite struct RerankingDataTests {
  private let listNet = LossSetting(ListNet())
  private let binary = LossSetting(BinaryCrossEntropy())

  /// The data of some rows, and what was warned of.
  private func data(
    _ rows: [String], loss: LossSetting, shuffle: Bool = true, negatives: Int? = nil, easy: EasyNegativesSection? = nil
  ) throws -> (data: GroupData, warnings: [String]) {
    let folder = TemporaryFolder()
    let file = folder.file("rows.jsonl")
    try Files.write(rows.map { $0 + "\n" }.joined(), to: file)
    var warnings: [String] = []
    let section = GroupSection(
      source: .file(file, collection: nil), shuffle: shuffle, negatives: negatives, easyNegatives: easy)
    let data = try GroupData(
      section, batch: GroupBatchSection(groups: 2, tokens: 64, recompute: false), loss: loss, seed: 1
    ) {
      warnings.append($0.split(separator: "/").last.map(String.init) ?? "")
    }
    return (data, warnings)
  }

  private func refusal(_ rows: [String], loss: LossSetting, easy: EasyNegativesSection? = nil) throws -> String {
    do {
      _ = try data(rows, loss: loss, negatives: easy.map { _ in 2 }, easy: easy)
      return ""
    } catch let error as RunError {
      #expect(error.kind == .badData)
      return error.description.split(separator: "/").last.map(String.init) ?? ""
    }
  }

  private let row = #"{"query": "a", "positive": "A", "negatives": ["x", "y"], "scores": [3, 1, 2]}"#
  private let pair = #"{"query": "b", "positive": "B"}"#

  @Test func unshuffledGroupsKeepTheOrderOfTheirFile() throws {
    let rows = (0..<5).map { "{\"query\": \"q\($0)\", \"positive\": \"p\", \"negatives\": [\"n\"]}" }
    let data = try data(rows, loss: listNet, shuffle: false).data
    #expect(data.epoch(1).batches == [[0, 1], [2, 3], [4]])
  }

  @Test func aStepHoldsWholeGroups() throws {
    let (data, warnings) = try data([row, pair], loss: binary)
    let step = data.epoch(0).step([1, 0])
    #expect(step.groups.map(\.documents) == [["B"], ["A", "x", "y"]])
    #expect(step.targets == Targets(groups: [[1], [1, 0, 0]]))
    #expect(data.description(of: [1, 0]) == "row 2, row 1")
    #expect(StepPlan(of: data, for: .epochs(3)).count == 3)
    #expect(warnings == [])
  }

  @Test func teacherScoresAreHandedOverWhereTheLossReadsThem() throws {
    let teacher = try data([row], loss: LossSetting(MarginMSE(similarity: nil))).data
    #expect(teacher.epoch(0).step([0]).targets == Targets(groups: [[1, 0, 0]], teacherScores: [[3, 1, 2]]))
    #expect(
      try refusal([row, pair], loss: LossSetting(MarginMSE(similarity: nil)))
        == "rows.jsonl: the loss marginMSE needs a teacher's scores in every row, 1 row of 2 has none; give \"scores\" of the "
        + "positive and the negatives")
    // Labels do as well for a loss of single scores.
    let labelled = [
      #"{"sentence1": "a", "sentence2": "A", "score": 0.25}"#, #"{"sentence1": "b", "sentence2": "A", "score": 4}"#,
    ]
    #expect(try data(labelled, loss: LossSetting(MSE())).data.epoch(0).step([0]).targets == Targets(groups: [[0.25]]))
    #expect(throws: DatasetError.self) {
      try data([#"{"query": "a", "positive": "A", "negatives": ["x"], "scores": [1]}"#], loss: binary)
    }
  }

  @Test func groupsThatTeachNothingAreLeftOut() throws {
    let (data, warnings) = try data([row, pair], loss: listNet)
    #expect(data.count == 1)
    #expect(
      warnings == [
        "rows.jsonl: 1 without a negative of 2 groups left out, such as row 2, since the loss listNet compares documents"
      ])
    let pairs = [("a", 0), ("a", 0), ("b", 1), ("b", 0), ("c", 1)].enumerated().map {
      "{\"sentence1\": \"\($0.element.0)\", \"sentence2\": \"d\($0.offset)\", \"label\": \($0.element.1)}"
    }
    let gathered = try self.data(pairs, loss: listNet)
    #expect(gathered.data.groups.groups.map(\.query) == ["b"])
    #expect(
      gathered.warnings == [
        "rows.jsonl: 1 without a positive, 1 without a negative of 3 groups left out, such as row 1, since the loss "
          + "listNet compares documents"
      ])
    #expect(
      try refusal([pair, pair], loss: listNet)
        == "rows.jsonl: the loss listNet compares documents, and of 2 groups none has both a positive and a negative (2 "
        + "without a negative); mine negatives, or set 'data.easyNegatives'")
    #expect(try self.data(pairs, loss: binary).data.count == 5)
  }

  @Test func aNegativeThatIsAPositiveElsewhereIsSaid() throws {
    let (data, warnings) = try data(
      [row, #"{"query": "a", "positive": "x", "negatives": ["y"]}"#], loss: listNet)
    #expect(data.epoch(0).groups.map(\.documents) == [["A", "y"], ["x", "y"]])
    #expect(
      warnings == [
        "rows.jsonl: 1 negative left out, which the rows name as a positive of the same query, for example \"x\" of row 1, "
          + "\"a\""
      ])
  }

  @Test func labelsOutOfRangeAreNamed() throws {
    let rows = [
      #"{"sentence1": "a", "sentence2": "A", "score": 1}"#, #"{"sentence1": "b", "sentence2": "B", "score": 4}"#,
    ]
    #expect(
      try refusal(rows, loss: binary)
        == "rows.jsonl: row 2 has the label 4.0; the loss binaryCrossEntropy needs labels from 0 to 1; scale "
        + "them to that, or use coSENT or mse")
    #expect(
      try refusal([row], loss: LossSetting(CoSENT(scale: 1)))
        == "rows.jsonl: the loss coSENT needs a label in every row; give query, document and label")
    #expect(
      try refusal(rows, loss: listNet, easy: EasyNegativesSection(share: 0.5, pool: .data))
        == "rows.jsonl: labelled pairs have their own negatives; remove 'data.easyNegatives', or give rows of query and "
        + "positive")
  }

  @Test func easyNegativesFillUpWhatTheRowsLack() throws {
    let (data, warnings) = try data(
      [row, pair, #"{"query": "c", "positive": "C"}"#], loss: listNet, negatives: 2,
      easy: EasyNegativesSection(share: 0.5, pool: .data))
    #expect(warnings == [])
    #expect(data.epoch(0).groups.map(\.grades) == [[1, 0, 0], [1, 0, 0], [1, 0, 0]])
  }
}

@Suite struct TrainingWatchTests {
  private func said(_ losses: [Double], spread: Double, steps: Int = 100) -> [String] {
    var watch = TrainingWatch(steps: steps)
    return losses.enumerated().flatMap { watch.observe(loss: $0.element, norm: 1, spread: spread, step: $0.offset + 1) }
      .map { String($0.prefix { $0 != ":" }) }
  }

  @Test func whatUsuallyFailsIsSaidOnce() {
    let falling = (0..<100).map { 1 - Double($0) / 200 }
    #expect(said(falling, spread: 1) == [])
    #expect(said(falling, spread: 0.001) == ["collapse"])
    #expect(said(Array(repeating: 0.7, count: 100), spread: 1) == ["plateau"])
    #expect(said(Array(repeating: 0.7, count: 29), spread: 1) == [])
    #expect(said(Array(repeating: 0.7, count: 14), spread: 1, steps: 14) == [])
  }

  /// A window is five steps here; a step with a gradient begins it anew.
  @Test func stepsWithoutAGradientAreSaidAndNeverTheWholeRun() throws {
    var watch = TrainingWatch(steps: 20)
    for step in 1...4 { #expect(watch.observe(loss: 0, norm: 0, spread: 1, step: step) == []) }
    #expect(throws: RunError.self) { try watch.requireGradients() }
    #expect(watch.observe(loss: 1, norm: 0.5, spread: 1, step: 5) == [])
    try watch.requireGradients()
    let messages = (6...20).flatMap { watch.observe(loss: 0, norm: 0, spread: 1, step: $0) }
    #expect(messages.map { String($0.prefix(36)) } == ["idle: the last 5 steps had no gradie"])
  }

  /// New negatives make the loss jump; it is compared with what follows only.
  @Test func lossesAreComparedFromTheRestartOn() {
    var watch = TrainingWatch(steps: 100)
    var messages: [String] = []
    for step in 1...25 { messages += watch.observe(loss: 1 - Double(step) / 50, norm: 1, spread: 1, step: step) }
    watch.restart()
    for step in 26...60 { messages += watch.observe(loss: 2 - Double(step) / 50, norm: 1, spread: 1, step: step) }
    #expect(messages == [])
    watch.restart()
    for step in 61...89 { messages += watch.observe(loss: 0.8, norm: 1, spread: 1, step: step) }
    #expect(messages == [])
    messages += watch.observe(loss: 0.8, norm: 1, spread: 1, step: 90)
    #expect(messages.count == 1 && messages[0].hasPrefix("plateau: "))
  }

  /// Mined anew, negatives are as hard as before for better weights, so that the loss need not fall.
  @Test func aLossThatStaysIsNoFailureWhereTheScoreHasRisen() {
    func messages(after scores: [Double]) -> [String] {
      var watch = TrainingWatch(steps: 20)
      var best = -1.0
      for score in scores {
        #expect(watch.observe(measure: score, isBest: score > best) == [])
        best = max(best, score)
      }
      return (1...20).flatMap { watch.observe(loss: 0.2, norm: 1, spread: 1, step: $0) }.map { String($0.prefix(9)) }
    }
    #expect(messages(after: [0.5, 0.6]) == [])
    #expect(messages(after: [0.5, 0.4]) == ["plateau: "])
    #expect(messages(after: [0.5]) == ["plateau: "])
    #expect(messages(after: []) == ["plateau: "])
  }

  @Test func theSpreadIsTheLargestDifferenceWithinAGroup() {
    #expect(Spread.largest(of: [0, 5, 1, 2, 4], groups: [2, 3]) == 5)
    #expect(Spread.largest(of: [0, 9, 1, 4], groups: [1, 3]) == 8)
    #expect(Spread.largest(of: [0, 9, 1], groups: [1, 1, 1]) == 9)
  }

  @Test func aScoreThatFallsIsSaidAndCounted() {
    var watch = TrainingWatch(steps: 100)
    var messages: [String] = []
    for (score, isBest) in [
      (0.5, true), (0.4, false), (0.6, true), (0.5, false), (0.4, false), (0.3, false), (0.2, false),
    ] {
      messages += watch.observe(measure: score, isBest: isBest)
    }
    #expect(watch.evaluationsSinceBest == 4)
    #expect(messages.count == 1 && messages[0].contains("3 times in a row, from 0.6000 to 0.3000"))
  }
}
