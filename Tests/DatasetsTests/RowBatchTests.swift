import Datasets
import Testing

@Suite struct RowBatchTests {
  @Test func everyDocumentIsOneColumn() {
    let rows = [
      TrainingRow(query: "a", positive: "1", negatives: ["2", "9"]), TrainingRow(query: "a", positive: "2"),
      TrainingRow(query: "b", positive: "1", negatives: ["3", "1", "9"]),
    ]
    let batch = RowBatch([2, 0, 1], of: rows, known: KnownPositives(rows: rows))
    #expect(batch.queries == ["b", "a", "a"])
    #expect(batch.documents == ["1", "2", "3", "9"])
    #expect(batch.positives == [0, 0, 1])
    #expect(batch.negatives == [[2, 0, 3], [1, 3], []])
    // What one row calls a negative is a positive of its query in another.
    #expect(batch.knownPositives == [[0], [0, 1], [0, 1]])
  }

  /// Each spelling is a text of its own for the model, and both are positives.
  @Test func columnsAreEqualOnlyByBytes() {
    let rows = [TrainingRow(query: "a", positive: "\u{E9}", negatives: ["e\u{301}", "x"])]
    let batch = RowBatch([0], of: rows, known: KnownPositives(rows: rows))
    #expect(batch.documents.count == 3 && batch.knownPositives == [[0, 1]])
    #expect(RowBatch([], of: rows, known: KnownPositives(rows: rows)).documents.isEmpty)
  }

  private func pool(_ count: Int) -> [TrainingRow] {
    (0..<count).map { row in
      TrainingRow(
        query: "q\(row)", positive: "p\(row)", negatives: (0..<6).map { "n\($0)" },
        negativeIDs: (0..<6).map { "d\($0)" },
        scores: [9] + (0..<6).map { Float($0) })
    }
  }

  @Test func negativesAreDrawnAnewInEveryEpoch() {
    let rows = pool(40)
    let drawn = rows.drawingNegatives(2, epoch: 0, seed: 3)
    #expect(drawn == rows.drawingNegatives(2, epoch: 0, seed: 3))
    #expect(
      drawn != rows.drawingNegatives(2, epoch: 1, seed: 3) && drawn != rows.drawingNegatives(2, epoch: 0, seed: 4))
    #expect(drawn.count == 40)
    for row in drawn {
      #expect(Set(row.negatives).count == 2)
      #expect(row.negativeIDs == row.negatives.map { "d" + $0.dropFirst() })
      #expect(row.scores == [9] + row.negatives.compactMap { Float($0.dropFirst()) })
    }
    #expect(Set(drawn.map(\.negatives)).count > 5)
    #expect(rows.drawingNegatives(6, epoch: 5, seed: 1) == rows)
    let bare = rows.drawingNegatives(0, epoch: 5, seed: 1)
    #expect(bare.count == 40 && bare.allSatisfy { $0.negatives.isEmpty && $0.scores == [9] })
  }

  @Test func everyNegativeIsEquallyLikely() {
    var counts: [String: Int] = [:]
    let rows = pool(3)
    for epoch in 0..<4000 {
      for row in rows.drawingNegatives(2, epoch: epoch, seed: 1) {
        for text in row.negatives { counts[text, default: 0] += 1 }
      }
    }
    // 4,000 expected of each, with a standard deviation below 55.
    #expect(counts.count == 6 && counts.values.allSatisfy { (3700...4300).contains($0) })
  }
}
