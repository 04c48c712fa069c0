import Datasets
import Files
import Runs
import TestSupport
import Testing
import Training

@testable import Recipes

/// Data from which a loss learns nothing, or one score for everything, for both kinds of model.
@Suite struct LossCheckTests {
  private let infoNCE = LossSetting(InfoNCE(temperature: 0.05, maskKnownPositives: true))
  private let alone = LossSetting(InfoNCE(temperature: 1, maskKnownPositives: true, inBatchNegatives: false))

  /// The warnings about some rows, or the error.
  private func said(
    _ rows: [String], _ read: (RowSource, (String) -> Void) throws -> Void
  ) throws -> (warnings: [String], refusal: String) {
    let folder = TemporaryFolder()
    let file = folder.file("rows.jsonl")
    try Files.write(rows.map { $0 + "\n" }.joined(), to: file)
    func short(_ text: String) -> String {
      text.hasPrefix(folder.path) ? String(text.dropFirst(folder.path.count + 1)) : text
    }
    var warnings: [String] = []
    do {
      try read(.file(file, collection: nil)) { warnings.append(short($0)) }
      return (warnings, "")
    } catch let error as RunError {
      #expect(error.kind == .badData)
      return (warnings, short(error.description))
    }
  }

  private func rows(
    _ rows: [String], loss: LossSetting, queries: Int = 4, uniqueTexts: Bool = true, shuffle: Bool = true,
    negatives: Int? = nil
  ) throws -> (warnings: [String], refusal: String) {
    try said(rows) { source, warn in
      _ = try RowData(
        DataSection(source: source, shuffle: shuffle, negatives: negatives),
        batch: BatchSection(queries: queries, tokens: 64, uniqueTexts: uniqueTexts, recompute: false), loss: loss,
        seed: 1, warn: warn)
    }
  }

  private func groups(_ rows: [String], loss: LossSetting) throws -> (warnings: [String], refusal: String) {
    try said(rows) { source, warn in
      _ = try GroupData(
        GroupSection(source: source, shuffle: true), batch: GroupBatchSection(groups: 2, tokens: 64, recompute: false),
        loss: loss, seed: 1, warn: warn)
    }
  }

  private func pair(_ query: String, _ positive: String) -> String {
    "{\"query\": \"\(query)\", \"positive\": \"\(positive)\"}"
  }

  private func labelled(_ labels: [Double]) -> [String] {
    labels.enumerated().map { "{\"sentence1\": \"a\($0)\", \"sentence2\": \"b\($0)\", \"score\": \($1)}" }
  }

  private func scored(_ scores: [[Double]]) -> [String] {
    scores.enumerated().map { number, scores in
      let negatives = scores.indices.dropFirst().map { "\"n\(number) \($0)\"" }.joined(separator: ", ")
      return
        "{\"query\": \"q\(number)\", \"positive\": \"p\(number)\", \"negatives\": [\(negatives)], \"scores\": \(scores)}"
    }
  }

  // MARK: - Negatives

  @Test func oneAnswerToAllQuestionsLeavesNoNegative() throws {
    for (rows, uniqueTexts, size) in [
      ((0..<8).map { pair("q\($0)", "p") }, true, "1 row"), ((0..<8).map { pair("q\($0)", "p") }, false, "4 rows"),
      ((0..<8).map { pair("q", "p\($0)") }, true, "1 row"), ((0..<8).map { pair("q", "p\($0)") }, false, "4 rows"),
    ] {
      #expect(
        try self.rows(rows, loss: infoNCE, uniqueTexts: uniqueTexts).refusal
          == "rows.jsonl: none of 8 rows has a negative in its step, with steps of \(size) at most, so that the loss infoNCE "
          + "would learn nothing; give the rows negatives, mine them, or raise 'batch.queries' where there are rows of other "
          + "texts")
    }
    #expect(
      try rows((0..<8).map { pair("q\($0)", "p") }, loss: LossSetting(Triplet(margin: 0.5))).refusal
        .hasPrefix(
          "rows.jsonl: none of 8 rows has a negative, with steps of 1 row at most, so that the loss triplet would learn nothing"
        ))
  }

  /// Four rows share a positive, so that three of them have steps of their own.
  @Test func rowsWithoutANegativeInTheirStepAreCounted() throws {
    let rows = (0..<4).map { pair("q\($0)", "p") } + [pair("r", "s")]
    let said = try self.rows(rows, loss: infoNCE)
    #expect(said.refusal == "" && said.warnings.count == 1)
    #expect(
      said.warnings.first?.hasPrefix("rows.jsonl: 3 of 5 rows (60.0 %) lack a negative in its step, such as row ")
        == true,
      "\(said.warnings)")
    #expect(try self.rows((0..<8).map { pair("q\($0)", "p\($0)") }, loss: infoNCE).warnings == [])
  }

  @Test func negativesThatAreNeverDrawnAreNone() throws {
    let row = #"{"query": "a", "positive": "A", "negatives": ["x"]}"#
    #expect(try rows([row], loss: alone).refusal == "")
    #expect(
      try rows([row], loss: alone, negatives: 0).refusal
        == "rows.jsonl: none of 1 row has a negative, with steps of 1 row at most, so that the loss infoNCE would learn "
        + "nothing; give the rows negatives, or mine them")
  }

  /// Documents of grade 1 and 2 answer the query both, so that neither is a negative; a loss of order tells them apart.
  @Test func aGroupOfRelevantDocumentsHasAnOrderButNoNegative() throws {
    let rows = [("a", 2), ("a", 1), ("b", 1), ("b", 0)].enumerated().map {
      "{\"query\": \"\($0.element.0)\", \"document\": \"d\($0.offset)\", \"label\": \($0.element.1)}"
    }
    #expect(
      try groups(rows, loss: alone).warnings == [
        "rows.jsonl: 1 without a negative of 2 groups left out, such as row 1, since the loss infoNCE compares documents"
      ])
    #expect(try groups(rows, loss: LossSetting(ListNet())).warnings == [])
    #expect(try groups(Array(rows.prefix(2)), loss: alone).refusal.contains("of 1 group none has both"))
  }

  /// A scale of 20 is a temperature of 0.05.
  @Test func aScaleGivenAsATemperatureIsLikelyAMistake() throws {
    let pairs = (0..<8).map { pair("q\($0)", "p\($0)") }
    let hot = LossSetting(InfoNCE(temperature: 20, maskKnownPositives: true))
    #expect(
      try rows(pairs, loss: hot).warnings == [
        "the loss infoNCE divides cosines, which lie between −1 and 1, by a temperature of 20.0, so that it hardly tells them "
          + "apart; temperatures are small, such as 0.05, and a scale is 1 / temperature"
      ])
    #expect(try rows(labelled([0, 1]), loss: LossSetting(CoSENT(scale: 0.05))).warnings.count == 1)
    // Logits have any size.
    let ranked = [#"{"query": "a", "positive": "A", "negatives": ["x"]}"#]
    #expect(try groups(ranked, loss: LossSetting(ListNet(temperature: 20))).warnings == [])
  }

  // MARK: - Labels

  @Test func labelsOutOfALosssRangeAreNamedWithTheirRow() throws {
    let rows = labelled([0, 1, 5])
    #expect(
      try self.rows(rows, loss: LossSetting(CosineMSE())).refusal
        == "rows.jsonl: row 3 has the label 5.0; the loss cosineMSE needs labels from -1 to 1; scale them to that, or use "
        + "coSENT")
    #expect(
      try self.rows(rows, loss: LossSetting(Contrastive(margin: 0.5))).refusal
        == "rows.jsonl: row 3 has the label 5.0; the loss contrastive needs labels from 0 to 1; scale them to that, or use "
        + "coSENT")
    #expect(try self.rows(rows, loss: LossSetting(CoSENT(scale: 20))).refusal == "")
    #expect(try self.rows(labelled([-1, 1]), loss: LossSetting(CosineMSE())).refusal == "")
  }

  @Test(arguments: ["coSENT", "cosineMSE", "contrastive"])
  func equalLabelsTellNothingApart(_ name: String) throws {
    let losses: [any RankingLoss] = [CoSENT(scale: 20), CosineMSE(), Contrastive(margin: 0.5)]
    let loss = LossSetting(try #require(losses.first { type(of: $0).name == name }))
    #expect(
      try rows(labelled([1, 1, 1]), loss: loss).refusal
        == "rows.jsonl: every label is 1.0, so that the loss \(name) has nothing to tell apart; add pairs with other labels"
    )
    #expect(try rows(labelled([1, 1, 0]), loss: loss).refusal == "")
  }

  /// The file has the labels 1 and 0 in turns of two, so that steps of two in its order hold one label.
  @Test func stepsOfOneLabelTeachCoSENTNothing() throws {
    let coSENT = LossSetting(CoSENT(scale: 20))
    #expect(
      try rows(labelled([1, 1, 0, 0]), loss: coSENT, queries: 2, uniqueTexts: false, shuffle: false).refusal
        == "rows.jsonl: none of 4 rows has another label beside it in its step, with steps of 2 rows at most, so that the loss "
        + "coSENT would learn nothing; let the rows be shuffled, or raise 'batch.queries'")
    let half = try rows(labelled([1, 1, 0, 1]), loss: coSENT, queries: 2, uniqueTexts: false, shuffle: false)
    #expect(
      half.warnings == [
        "rows.jsonl: 2 of 4 rows (50.0 %) lack another label beside it in its step, such as row 1; the loss coSENT learns "
          + "nothing from them; let the rows be shuffled, or raise 'batch.queries'"
      ])
  }

  @Test func aRerankerNeedsTwoDifferentTargets() throws {
    let binary = LossSetting(BinaryCrossEntropy())
    #expect(
      try groups(labelled([1, 1]), loss: binary).refusal
        == "rows.jsonl: every label is 1.0, so that the loss binaryCrossEntropy has nothing to tell apart; add pairs with "
        + "other labels")
    #expect(
      try groups([pair("a", "A"), pair("b", "B")], loss: binary).refusal
        == "rows.jsonl: every document has the grade 1.0, so that the loss binaryCrossEntropy has nothing to tell apart; mine "
        + "negatives, or set 'data.easyNegatives'")
    #expect(try groups([#"{"query": "a", "positive": "A", "negatives": ["x"]}"#], loss: binary).refusal == "")
    #expect(
      try groups(scored([[2, 2], [2, 2]]), loss: LossSetting(MSE())).refusal
        == "rows.jsonl: every teacher's score is 2.0, so that the loss mse has nothing to tell apart; check \"scores\"")
  }

  // MARK: - Teachers

  @Test func aTeacherWithoutAnOrderTeachesNone() throws {
    let flat = scored([[3, 3], [1, 1, 1]])
    for similarity in [Similarity.cosine, nil] {
      for loss in [
        MarginMSE(similarity: similarity), Distillation(similarity: similarity, temperature: 1, teacherTemperature: 1),
      ] as [any RankingLoss] {
        let said = try similarity == nil ? groups(flat, loss: LossSetting(loss)) : rows(flat, loss: LossSetting(loss))
        let unit = similarity == nil ? "group" : "row"
        #expect(
          said.refusal
            == "rows.jsonl: in every \(unit) the teacher's scores are all the same, so that the loss \(type(of: loss).name) "
            + "has nothing to tell apart; check \"scores\"")
      }
    }
    #expect(try rows(scored([[3, 3], [2, 1]]), loss: LossSetting(MarginMSE(similarity: .dot))).refusal == "")
  }

  @Test func rowsWithoutADocumentToCompareAreCounted() throws {
    let said = try rows(scored([[3, 1], [2]]), loss: LossSetting(MarginMSE(similarity: .dot)))
    #expect(
      said.warnings == [
        "rows.jsonl: 1 of 2 rows (50.0 %) lacks a negative, such as row 2; the loss marginMSE learns nothing from them; give "
          + "the rows negatives, or mine them"
      ])
  }

  @Test func marginsBeyondCosinesAreLikelyAMistake() throws {
    let rows = scored([[1, 0.5], [9.5, -1.5, 8], [0, 4]])
    #expect(
      try self.rows(rows, loss: LossSetting(MarginMSE(similarity: .cosine))).warnings == [
        "rows.jsonl: 2 of 3 rows (66.7 %) have a teacher's margin that no model can reach, such as row 2 with 11.0: the scores "
          + "of the loss marginMSE differ by -2.0 to 2.0; scale \"scores\", or set 'loss.similarity: dot'"
      ])
    #expect(try self.rows(rows, loss: LossSetting(MarginMSE(similarity: .dot))).warnings == [])
  }

  /// Differences of 32-bit numbers, and their squares, may be none.
  @Test(arguments: [[[3e38, -3e38], [1, 0]], [[1, 0], [2, -1e20, 0]]])
  func scoresThatOverflowAreNamedWithTheirRow(_ scores: [[Double]]) throws {
    let row = scores[0][0] == 1 ? 2 : 1
    let value: Float = row == 2 ? -1e20 : 3e38
    for loss in [MarginMSE(similarity: .dot), MSE()] as [any RankingLoss] {
      #expect(
        try rows(scored(scores), loss: LossSetting(loss)).refusal
          == "rows.jsonl: row \(row) has the teacher's score \(value), with which the loss \(type(of: loss).name) overflows; scale "
          + "\"scores\" to less than 1e+15")
    }
    #expect(try groups(scored(scores), loss: LossSetting(MarginMSE(similarity: nil))).refusal.contains("overflows"))
    #expect(try rows(scored([[1e15, -1e15], [1, 0]]), loss: LossSetting(MarginMSE(similarity: .dot))).refusal == "")
    #expect(try rows(scored(scores), loss: infoNCE).refusal == "")
    #expect(
      try rows(labelled([1, 1e20]), loss: LossSetting(MSE())).refusal.contains("row 2 has the label 1e+20, with"))
  }

  @Test func aScoreThatIsNo32BitNumberIsRefused() throws {
    let error = try #require(throws: DatasetError.self) {
      try rows(scored([[1e39, 0]]), loss: LossSetting(MarginMSE(similarity: .dot)))
    }
    #expect(error.kind == .badData && error.problems[0].contains("found 1e+39 at place 1"), "\(error)")
  }

  // MARK: - Remedies

  /// All pairs have one query, so that `uniqueTexts` puts each into a step of its own.
  @Test func textsKeptApartAreTheReasonWhereTheyAre() throws {
    let rows = (0..<6).map { "{\"sentence1\": \"a\", \"sentence2\": \"b\($0)\", \"score\": \($0 % 2)}" }
    let coSENT = LossSetting(CoSENT(scale: 20))
    #expect(
      try self.rows(rows, loss: coSENT).refusal.hasSuffix(
        "; set 'batch.uniqueTexts' to false, since rows with a text in common do not meet in a step"))
    #expect(try self.rows(rows, loss: coSENT, uniqueTexts: false).refusal == "")
  }

  @Test func whatIsSetIsNotProposed() throws {
    let rows = (0..<2).map { "{\"query\": \"q\($0)\", \"positive\": \"p\", \"negatives\": []}" }
    func refusal(_ loss: LossSetting, easy: EasyNegativesSection?) throws -> String {
      try said(rows) { source, warn in
        _ = try GroupData(
          GroupSection(source: source, shuffle: true, negatives: 2, easyNegatives: easy),
          batch: GroupBatchSection(groups: 2, tokens: 64, recompute: false),
          loss: loss, seed: 1, warn: warn)
      }.refusal
    }
    let listNet = LossSetting(ListNet())
    #expect(try refusal(listNet, easy: nil).hasSuffix("; mine negatives, or set 'data.easyNegatives'"))
    // The only document is the positive of all.
    let easy = try refusal(listNet, easy: EasyNegativesSection(share: 1, pool: .data))
    #expect(easy.hasSuffix("; mine negatives, or give 'data.easyNegatives' more documents to draw from"), "\(easy)")
  }
}
