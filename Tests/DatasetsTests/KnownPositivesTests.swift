import Datasets
import TestSupport
import Testing

@Suite struct KnownPositivesTests {
  @Test func byText() {
    let rows = [
      TrainingRow(query: "a", positive: "1", negatives: ["2", "4"]), TrainingRow(query: "a", positive: "2"),
      TrainingRow(query: "b", positive: "3", negatives: ["1"]), TrainingRow(query: "c", positive: "1"),
    ]
    let known = KnownPositives(rows: rows)
    #expect(known.contains(.positive(ofRow: 0), forQueryOf: 0))
    #expect(known.contains(.positive(ofRow: 1), forQueryOf: 0))
    #expect(known.contains(.positive(ofRow: 3), forQueryOf: 0))
    #expect(!known.contains(.positive(ofRow: 2), forQueryOf: 0))
    #expect(known.contains(.negative(0, ofRow: 0), forQueryOf: 0))
    #expect(!known.contains(.negative(1, ofRow: 0), forQueryOf: 0))
    #expect(known.contains(.negative(0, ofRow: 2), forQueryOf: 1))
    #expect(!known.contains(.negative(0, ofRow: 2), forQueryOf: 2))
  }

  @Test func byIdentifier() {
    let rows = [
      TrainingRow(query: "a", queryID: "q1", positive: "1", positiveID: "d1"),
      TrainingRow(query: "A, reworded", queryID: "q1", positive: "2", positiveID: "d2"),
      TrainingRow(query: "b", queryID: "q2", positive: "1, edited", positiveID: "d1"),
      TrainingRow(query: "c", queryID: "q3", positive: "3", positiveID: "d3", negatives: ["x"], negativeIDs: ["d2"]),
    ]
    let known = KnownPositives(rows: rows)
    #expect(known.contains(.positive(ofRow: 1), forQueryOf: 0))
    #expect(known.contains(.positive(ofRow: 2), forQueryOf: 0))
    #expect(known.contains(.positive(ofRow: 2), forQueryOf: 1))
    #expect(known.contains(.negative(0, ofRow: 3), forQueryOf: 0))
    #expect(!known.contains(.positive(ofRow: 3), forQueryOf: 0))
    #expect(!known.contains(.positive(ofRow: 1), forQueryOf: 2))
  }

  @Test(arguments: [
    ("\u{E9}t\u{E9}", "e\u{301}te\u{301}", true), ("Oil a chain.", "  oil  a CHAIN ", true),
    ("\u{FEFF}oil a chain", "oil a\tchain", true), ("oil a chain", "oil the chain", false), ("C#", "C", false),
    ("???", "!!!", false), ("1", "2", false),
  ])
  func textsAreTheSameWithoutCaseSpacePunctuationAndNormalForm(_ first: String, _ second: String, _ isSame: Bool) {
    let queries = [TrainingRow(query: first, positive: "x"), TrainingRow(query: second, positive: "y")]
    #expect(KnownPositives(rows: queries).contains(.positive(ofRow: 1), forQueryOf: 0) == isSame)
    let documents = [TrainingRow(query: "a", positive: first, negatives: [second])]
    #expect(KnownPositives(rows: documents).contains(.negative(0, ofRow: 0), forQueryOf: 0) == isSame)
  }

  /// A document of the corpus is a positive by identifier, by content, or by its text where rows leave titles out.
  @Test func documentsOfACorpusAreFound() throws {
    let corpus = try TemporaryFolder().corpus(
      """
      {"_id": "p1", "title": "Chain care", "text": "Drip oil on each link."}
      {"_id": "p2", "title": "Flat tyre", "text": "Patch it."}
      {"_id": "copy", "text": "chain care: drip oil on each link"}
      {"_id": "p3", "text": "???"}
      {"_id": "p4", "text": "!!!"}
      {"_id": "blank", "title": " ", "text": "\\u200b"}

      """)
    let rows = [
      TrainingRow(query: "oil", positive: "Drip oil on each link.", positiveID: "p1"),
      TrainingRow(query: "tyre", positive: "patch it"), TrainingRow(query: "odd", positive: "?  ??"),
      TrainingRow(query: "OIL", positive: "???", positiveID: "elsewhere"), TrainingRow(query: "no", positive: "none"),
    ]
    let known = KnownPositives(rows: rows, corpus: corpus)
    #expect(rows.indices.map { known.documents(forQueryOf: $0) } == [[0, 2, 3], [1], [], [0, 2, 3], []])
  }

  @Test func negativesThatAreKnownPositivesAreLeftOut() {
    var rows = [
      TrainingRow(
        query: "a", positive: "one", negatives: ["two", "Three.", "ONE!"], negativeIDs: ["2", "3", "1"],
        scores: [9, 2, 3, 1]),
      TrainingRow(query: "A?", positive: "three"), TrainingRow(query: "b", positive: "two", negatives: ["three"]),
    ]
    let warning = rows.removeKnownPositives(source: "r.jsonl")
    #expect(
      rows[0] == TrainingRow(query: "a", positive: "one", negatives: ["two"], negativeIDs: ["2"], scores: [9, 2]))
    #expect(rows[2].negatives == ["three"])
    #expect(
      warning
        == "r.jsonl: 2 negatives left out, which the rows name as positives of the same query, for example \"Three.\" of row "
        + "1, \"a\"")
    #expect(rows.removeKnownPositives(source: "r.jsonl") == nil)
  }
}
