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

  // MARK: - Judgments

  /// Two queries of the same words, the second judged not to fit what the first fits.
  private func judged(_ judgments: String) throws -> TrainingRows {
    let folder = TemporaryFolder()
    try folder.write(
      "c/corpus.jsonl",
      (1...4).map { "{\"_id\": \"d\($0)\", \"text\": \"\($0 == 3 ? "Text 1." : "text \($0)")\"}\n" }.joined())
    try folder.write(
      "c/queries.jsonl", "{\"_id\": \"q1\", \"text\": \"Apple\"}\n{\"_id\": \"q2\", \"text\": \" apple\"}\n")
    try folder.write("c/qrels/train.tsv", judgments)
    return try TrainingRows(collection: Collection(folder: folder.file("c")), split: "train")
  }

  @Test func aJudgmentCountsMoreThanAQueryOfTheSameText() throws {
    let read = try judged("q1\td1\t1\nq2\td2\t1\nq2\td1\t0\n")
    let known = KnownPositives(rows: read.rows, judged: read.judgedNegatives)
    #expect(known.contains(.positive(ofRow: 0), forQueryOf: 0) && known.contains(.positive(ofRow: 1), forQueryOf: 1))
    // The second query's positive is still guessed for the first.
    #expect(known.contains(.positive(ofRow: 1), forQueryOf: 0))
    #expect(!known.contains(.positive(ofRow: 0), forQueryOf: 1))
    #expect(KnownPositives(rows: read.rows).contains(.positive(ofRow: 0), forQueryOf: 1))
    #expect(
      read.warnings.map { $0.split(separator: "/").last.map(String.init) } == [
        "train.tsv: 1 document judged 0 for a query, though a positive of another query with the same text; the judgment "
          + "counts, for example \"d1\" for \"q2\" in line 3, with the text of \"q1\", \" apple\""
      ])
    let corpus = try TemporaryFolder().corpus(
      (1...2).map { "{\"_id\": \"d\($0)\", \"text\": \"text \($0)\"}\n" }.joined())
    let inCorpus = KnownPositives(rows: read.rows, corpus: corpus, judged: read.judgedNegatives)
    #expect((0...1).map { inCorpus.documents(forQueryOf: $0) } == [[0, 1], [1]])
  }

  @Test(arguments: ["q1\td1\t1\nq2\td2\t1\nq2\td3\t0\n", "q1\td3\t1\nq2\td2\t1\nq2\td1\t0\n"])
  func aJudgmentOfACopyCountsToo(_ judgments: String) throws {
    let read = try judged(judgments)
    let known = KnownPositives(rows: read.rows, judged: read.judgedNegatives)
    #expect(!known.contains(.positive(ofRow: 0), forQueryOf: 1) && read.warnings.count == 1)
  }

  /// No guess: the query has the positive itself, nobody has it, or the judgment is none.
  @Test(arguments: [
    "q1\td1\t1\nq2\td1\t1\nq2\td3\t0\n", "q1\td1\t1\nq2\td2\t1\nq2\td4\t0\n", "q1\td1\t1\nq2\td2\t1\nq2\td1\t-1\n",
    "q1\td1\t1\nq1\td2\t0\n",
  ])
  func otherJudgmentsChangeNothing(_ judgments: String) throws {
    let read = try judged(judgments)
    let (plain, known) = (
      KnownPositives(rows: read.rows), KnownPositives(rows: read.rows, judged: read.judgedNegatives)
    )
    for (row, other) in [(0, 0), (0, 1), (1, 0)] where max(row, other) < read.rows.count {
      #expect(
        known.contains(.positive(ofRow: other), forQueryOf: row)
          == plain.contains(.positive(ofRow: other), forQueryOf: row))
    }
    #expect(read.warnings == [])
  }
}
