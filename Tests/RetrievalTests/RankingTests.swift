import Files
import TestSupport
import Testing

@testable import Retrieval

@Suite struct RankingTests {
  @Test func ranksByScoreThenByLargerIdentifier() throws {
    var ranking = Ranking()
    try ranking.append(
      query: "q", documents: documents([("d1", 1), ("d10", 1), ("d2", 1), ("D2", 1), ("a", 2), ("b", 0), ("c", -0.0)]))
    #expect(ranking["q"]?.map(\.id) == ["a", "d2", "d10", "d1", "D2", "c", "b"])
    #expect(ranking["other"] == nil)
  }

  @Test func ordersIdentifiersByBytesNotByNormalForm() throws {
    var ranking = Ranking()
    try ranking.append(query: "q", documents: documents([("e\u{301}", 1), ("\u{E9}", 1), ("f", 1)]))
    let ids = try #require(ranking["q"]).map { Array($0.id.utf8) }
    #expect(ids == [Array("\u{E9}".utf8), Array("f".utf8), Array("e\u{301}".utf8)])
  }

  @Test func queriesDifferingOnlyInNormalFormAreTwo() throws {
    var ranking = Ranking()
    try ranking.append(query: "\u{E9}", documents: documents([("a", 1)]))
    try ranking.append(query: "e\u{301}", documents: documents([("b", 1)]))
    #expect(ranking["\u{E9}"]?.first?.id == "a")
    #expect(ranking["e\u{301}"]?.first?.id == "b")
  }

  @Test func refusesWhatCannotBeRanked() throws {
    var ranking = Ranking()
    try ranking.append(query: "q", documents: [])
    #expect(
      message { try ranking.append(query: "p", documents: documents([("a", .nan)])) }
        == "query \"p\": the score of document \"a\" is nan; only finite scores can be ranked")
    #expect(
      message { try ranking.append(query: "p", documents: documents([("a", 1), ("b", 2), ("a", 3)])) }
        == "query \"p\": document \"a\" occurs twice; a run ranks each document once per query")
    #expect(
      message { try ranking.append(query: "q", documents: []) }
        == "query \"q\" occurs twice; a run has one list per query")
    #expect(ranking.queries == ["q"])
  }

  @Test func cutsLists() throws {
    var ranking = Ranking()
    try ranking.append(query: "q", documents: documents([("a", 1), ("b", 2), ("c", 3)]))
    #expect(ranking.top(2)["q"]?.map(\.id) == ["c", "b"])
    #expect(ranking.top(-1)["q"] == [])
    #expect(ranking.top(9) == ranking)
  }

  @Test func leavesOutTheDocumentOfTheQuerysIdentifier() throws {
    var ranking = Ranking()
    try ranking.append(query: "q", documents: documents([("a", 1), ("q", 2), ("Q", 3)]))
    try ranking.append(query: "\u{E9}", documents: documents([("e\u{301}", 1), ("\u{E9}", 2)]))
    let others = ranking.withoutSameID
    #expect(others["q"]?.map(\.id) == ["Q", "a"])
    #expect(others["\u{E9}"]?.map { Array($0.id.utf8) } == [Array("e\u{301}".utf8)])
    #expect(others.withoutSameID == others)
  }

  // MARK: - Files

  @Test func readsColumnsByAnyWhiteSpaceAndRanksByScores() throws {
    let folder = TemporaryFolder()
    let text = "\u{FEFF}# comment\r\n\nq2\tQ0\tb\t7\t 0.5 \tx\r\n  q1 Q0 a\u{A0}\u{2028}b -3 1e-3 x\nq2 0 c 1 +2 x"
    let ranking = try Ranking(file: folder.write("run.txt", text))
    #expect(ranking.queries == ["q2", "q1"])
    #expect(ranking["q2"] == documents([("c", 2), ("b", 0.5)]))
    #expect(ranking["q1"] == documents([("a\u{A0}\u{2028}b", 0.001)]))
  }

  @Test func scoresAreRoundedFrom64BitsAsTrecEvalDoes() throws {
    let folder = TemporaryFolder()
    // Above the middle between two 32-bit numbers, but by less than 64 bits can tell: rounding once or twice differs.
    let digits = "1.00000029802322387695312500001"
    let ranking = try Ranking(file: folder.write("run.txt", "q Q0 a 1 \(digits) t\n"))
    #expect(ranking["q"]?.first?.score == 1 + 2 * Float(1).ulp)
    #expect(Float(digits) == 1 + 3 * Float(1).ulp)
  }

  @Test func writesWhatItReads() throws {
    let folder = TemporaryFolder()
    var ranking = Ranking()
    let scores: [Float] = [
      0.1, -0.0, 1, 16_777_216, 1.175494351e-38, 3.402823466e38, -1e-10, 0.33333334, .leastNonzeroMagnitude,
    ]
    try ranking.append(
      query: "b", documents: scores.enumerated().map { ScoredDocument(id: "d\($0.offset)", score: $0.element) })
    try ranking.append(query: "a", documents: [ScoredDocument(id: "é", score: 1)])
    try ranking.write(to: folder.file("run.txt"), tag: "me")
    let again = try Ranking(file: folder.file("run.txt"))
    #expect(again == ranking)
    let text = String(decoding: try Files.read(folder.file("run.txt")), as: UTF8.self)
    #expect(text.hasPrefix("b Q0 d5 1 3.4028235e+38 me\nb Q0 d3 2 16777216.0 me\n"))
    #expect(text.hasSuffix("\na Q0 é 1 1.0 me\n"))
  }

  @Test func writtenScoresHaveAtMostNineDigitsAndReadBack() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<100_000 {
      let score = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
      guard score.isFinite else { continue }
      let text = "\(score)"
      let digits = text.split(separator: "e")[0].filter(\.isNumber).drop { $0 == "0" }.reversed().drop { $0 == "0" }
      #expect(digits.count <= 9, "\(text)")
      #expect(Float(text) == score)
      #expect(Double(text).map { Float($0) } == score)
    }
  }

  @Test(arguments: [
    ("q 1", "a", "t", "query identifier \"q 1\" \(unfit)"), ("q", "a\tb", "t", "document identifier \"a\tb\" \(unfit)"),
    ("q", "a\u{1}", "t", "document identifier \"a\u{1}\" \(unfit)"), ("q", "a", "my run", "tag \"my run\" \(unfit)"),
    (
      "#q", "a", "t",
      "query identifier \"#q\" starts with #, and a run file marks comments by #; use another identifier"
    ),
  ])
  func doesNotWriteIdentifiersThatBreakColumns(_ query: String, _ document: String, _ tag: String, _ subject: String)
    throws
  {
    let folder = TemporaryFolder()
    var ranking = Ranking()
    try ranking.append(query: query, documents: documents([(document, 1)]))
    #expect(
      message { try ranking.write(to: folder.file("run.txt"), tag: tag) }
        == "cannot write a run: \(subject)")
    #expect(!Files.exists(folder.file("run.txt")))
  }

  @Test func writesWhiteSpaceThatSeparatesNoColumns() throws {
    let folder = TemporaryFolder()
    var ranking = Ranking()
    try ranking.append(query: "q\u{3000}1", documents: documents([("a\u{A0}b", 2), ("#c\u{2028}d\u{85}", 1)]))
    try ranking.write(to: folder.file("run.txt"))
    #expect(try Ranking(file: folder.file("run.txt")) == ranking)
  }

  @Test func identifiersThatDifferInTheirNormalFormOnlyAreNotEqual() {
    #expect(ScoredDocument(id: "\u{E9}", score: 1) != ScoredDocument(id: "e\u{301}", score: 1))
    #expect(RankedList(query: "\u{E9}", documents: []) != RankedList(query: "e\u{301}", documents: []))
  }

  @Test func doesNotWriteEmptyIdentifiers() throws {
    let folder = TemporaryFolder()
    var ranking = Ranking()
    try ranking.append(query: "q", documents: documents([("", 1)]))
    #expect(
      message { try ranking.write(to: folder.file("run.txt")) }
        == "cannot write a run: a document identifier is empty; give it at least one character")
  }

  @Test(arguments: malformedRuns)
  func saysWhatIsWrongWithAFile(_ text: String, _ expected: String) throws {
    let folder = TemporaryFolder()
    let file = try folder.write("run", text)
    #expect(message { _ = try Ranking(file: file) }.map(folder.shortened) == expected)
  }

  @Test func refusesOtherEncodings() throws {
    let folder = TemporaryFolder()
    for bytes in [Array("q Q0 ".utf8) + [0xFF] + Array(" 1 1 t".utf8), [0xFF] + Array(" Q0 a 1 1 t".utf8)] {
      let file = try folder.write("run", bytes)
      let found = message { _ = try Ranking(file: file) }
      #expect(found.map(folder.shortened) == "run:1: expected UTF-8 text, found other bytes; convert the file to UTF-8")
    }
  }

  @Test func aMissingFileIsMissingInput() throws {
    do throws(RetrievalError) {
      _ = try Ranking(file: "/tmp/no/such/run")
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.kind == .missingInput)
      #expect(error.description.hasPrefix("cannot read /tmp/no/such/run: "))
    }
  }
}

/// What cannot stand in one column of a run file.
private let unfit =
  "contains white space or a control character, or begins with a byte order mark, and a run file separates columns by "
  + "white space; use another identifier"

private let columns = "expected six columns (query Q0 document rank score tag), found"
private let noWhiteSpace = "use identifiers and a tag without white space"
private let noBlanks = "expected columns without blanks between the tabs, found"
private let score = "as score (column 5), found"

private let malformedRuns: [(String, String)] = [
  (
    "",
    "run: expected lines of six columns (query Q0 document rank score tag), found none; check that the search wrote it"
  ),
  (
    "# only\n\n",
    "run: expected lines of six columns (query Q0 document rank score tag), found none; check that the search wrote it"
  ),
  ("q Q0 d 1 0.5\n", "run:1: \(columns) 5 columns; write all six"),
  ("q", "run:1: \(columns) 1 column; write all six"),
  ("q Q0 d 1 0.5 t\n\nq Q0 e\n", "run:3: \(columns) 3 columns; write all six"),
  ("query-id\tcorpus-id\tscore\n", "run:1: \(columns) 3 columns; write all six"),
  ("q Q0 my doc 1 0.9 t", "run:1: \(columns) 7 columns; \(noWhiteSpace)"),
  ("q Q0 d 1 0.5 my run", "run:1: \(columns) 7 columns; \(noWhiteSpace)"),
  ("0 q Q0 d 1 0.5 t", "run:1: \(columns) 7 columns; \(noWhiteSpace)"),
  (
    "q Q0 my doc 1 0.9",
    "run:1: expected an integer as rank (column 4), found \"doc\"; write a rank, and identifiers without white space"
  ),
  (
    "q Q0 d 1.5 0.9 t",
    "run:1: expected an integer as rank (column 4), found \"1.5\"; write a rank, and identifiers without white space"
  ),
  ("q\tQ0\td 2\t1\t0.9", "run:1: \(noBlanks) \"d 2\"; use identifiers without white space"),
  ("q\tQ0\td\t1\t0.9\tmy run", "run:1: \(noBlanks) \"my run\"; use identifiers without white space"),
  (
    "q Q0 d 1 0.9 t\rq Q0 e 2 0.8 t\n",
    "run:1: expected one line, found carriage returns between columns; let lines end with \\n or \\r\\n"
  ),
  ("q\u{0} Q0 d 1 0.9 t", "run:1: expected UTF-8 text, found a byte 0; convert the file to UTF-8"),
  ("q Q0 d 1 nan t", "run:1: expected a finite number \(score) \"nan\"; correct or remove the line"),
  ("q Q0 d 1 -inf t", "run:1: expected a finite number \(score) \"-inf\"; correct or remove the line"),
  ("q Q0 d 1 1e39 t", "run:1: expected a finite number \(score) \"1e39\"; correct or remove the line"),
  ("q Q0 d 1 1e999 t", "run:1: expected a finite number \(score) \"1e999\"; correct or remove the line"),
  ("q Q0 d 1 0,5 t", "run:1: expected a finite number \(score) \"0,5\"; correct or remove the line"),
  ("q Q0 d 1 0x1p3 t", "run:1: expected a finite number \(score) \"0x1p3\"; correct or remove the line"),
  ("q Q0 d 1 high t", "run:1: expected a finite number \(score) \"high\"; correct or remove the line"),
  ("q Q0 d 1 1_000 t", "run:1: expected a finite number \(score) \"1_000\"; correct or remove the line"),
  (
    "q Q0 d 1 2 t\nq Q0 e 2 1 t\np Q0 d 1 2 t\nq Q0 d 3 0 t\n",
    "run:4: document \"d\" occurs twice for query \"q\" (first in line 1); keep one of the lines"
  ),
]
