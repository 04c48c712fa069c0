import Files
import JSONText
import TestSupport
import Testing

/// What `hone evaluate` says about a run that does not fit its judgments, or not wholly.
@Suite struct EvaluateTests: HoneSuite {
  let folder = TemporaryFolder()

  /// Judgments of thirty queries, a document each; one run has it at rank 1, another at rank 2.
  init() throws {
    let lines = (0..<30).map { "q\($0)\td\($0)\t1\n" }
    try Files.write("query-id\tcorpus-id\tscore\n" + lines.joined(), to: folder.file("test.tsv"))
    try Files.write(Self.run(0..<30), to: folder.file("good.run"))
    try Files.write(Self.run(0..<30, shift: 1), to: folder.file("bad.run"))
  }

  /// The list of each query: its own document, behind that of another query where `shift` is not 0.
  private static func run(_ queries: Range<Int>, shift: Int = 0, prefix: String = "q") -> String {
    queries.map { number in
      let query = "\(prefix)\(number)"
      let other = shift == 0 ? "" : "\(query) Q0 d\((number + shift) % 30) 1 0.9 x\n"
      return other + "\(query) Q0 d\(number) 2 0.5 x\n"
    }.joined()
  }

  private func evaluate(_ arguments: String..., judgments: String = "test.tsv") throws -> HoneProcess.Ended {
    try HoneProcess.run(
      ["evaluate", "--qrels", judgments, "--measures", "MRR"] + arguments, in: folder.path)
  }

  // MARK: - Nothing in common

  @Test(arguments: [
    (
      "q1 Q0 d1 1 1 x\n", "1\td1\t1\n",
      "no query of it is judged in j.tsv: it has for example \"q1\", the judgments \"1\""
    ),
    (
      "q1 Q0 d1 1 1 x\n", "q1\t1\t1\n",
      "no document of it is judged in j.tsv: it has for example \"d1\", the judgments \"1\""
    ),
    ("e\u{301} Q0 d1 1 1 x\n", "\u{E9} d1 1\n", "no query of it is judged"),
    ("q Q0 e\u{301} 1 1 x\n", "q \u{E9} 1\n", "no document of it is judged"),
    ("\u{A0}q Q0 d 1 1 x\n", "q d 1\n", "no query of it is judged"),
  ])
  func nothingInCommonIsAnError(_ run: String, _ judgments: String, _ expected: String) throws {
    try Files.write(run, to: folder.file("a.run"))
    try Files.write(judgments, to: folder.file("j.tsv"))
    let ended = try evaluate("--run", "a.run", judgments: "j.tsv")
    #expect(ended.status == 65 && ended.output == "")
    #expect(ended.messages.hasPrefix("error: a.run: \(expected)"), "\(ended.messages)")
  }

  @Test func aColumnOfRowNumbersIsAnError() throws {
    try Files.write("0\tq0\td0\t1\n1\tq1\td1\t1\n", to: folder.file("j.tsv"))
    let ended = try evaluate("--run", "good.run", judgments: "j.tsv")
    #expect(ended.status == 65 && ended.output == "")
    #expect(ended.messages.contains("(0 q0 …, 1 q1 …); remove that column"), "\(ended.messages)")
  }

  @Test func anIdentifierWithASpaceIsAnErrorWithItsLine() throws {
    try Files.write("q0 Q0 d0 1 0.9 x\nq1 Q0 my doc 1 0.9 x\n", to: folder.file("a.run"))
    let ended = try evaluate("--run", "a.run")
    #expect(ended.status == 65 && ended.messages.hasPrefix("error: a.run:2: "), "\(ended.messages)")
  }

  // MARK: - Baselines

  @Test(arguments: [[], ["--missing-as-zero"], ["--answered-only"]])
  func aBaselineWithoutAnyJudgedQueryIsAnError(_ more: [String]) throws {
    try Files.write(Self.run(0..<30, prefix: ""), to: folder.file("other.run"))
    let ended = try HoneProcess.run(
      ["evaluate", "--qrels", "test.tsv", "--run", "good.run", "--baseline", "other.run"] + more, in: folder.path)
    #expect(ended.status == 65 && ended.output == "")
    #expect(ended.messages.hasPrefix("error: other.run: no query of it is judged in test.tsv"), "\(ended.messages)")
  }

  @Test func aBaselineThatAnswersOtherQueriesIsComparedOnlyIfAskedFor() throws {
    try Files.write(Self.run(0..<20, shift: 1), to: folder.file("few.run"))
    let refused = try evaluate("--run", "good.run", "--baseline", "few.run")
    #expect(refused.status == 65 && refused.output == "")
    #expect(
      refused.messages.contains(
        "error: few.run: expected a baseline that answers the same judged queries as good.run, found 10 in good.run only "
          + "(for example \"q20\"); search both with the same queries, or compare with --missing-as-zero, or --answered-only "
          + "on the queries that both answer\n"), "\(refused.messages)")

    // 20 queries with a difference of 1/2, and 10 with 1.
    let zero = try evaluate("--run", "good.run", "--baseline", "few.run", "--missing-as-zero")
    #expect(zero.status == 0, "\(zero.messages)")
    #expect(
      zero.messages
        == "warning: few.run lacks 10 of 30 queries of test.tsv; they count as 0 (for example \"q20\")\n")
    #expect(zero.lines[1].hasPrefix("test.tsv  MRR        0.3333  1.0000  +0.6667"), "\(zero.lines)")
    #expect(zero.lines[1].hasSuffix("30/0/0  IMPROVED (20 and 30 of 30 queries answered)"), "\(zero.lines)")
    #expect(
      zero.lines.suffix(3) == [
        "coverage  judged queries  answered  not judged  judged documents  found",
        "run                   30        30           0                30     30",
        "baseline              30        20           0                30     21",
      ])

    let common = try evaluate("--run", "good.run", "--baseline", "few.run", "--answered-only", "--per-query")
    #expect(common.status == 0, "\(common.messages)")
    #expect(common.messages.contains("few.run lacks 10 of 30 queries of test.tsv; they are left out"))
    #expect(common.lines.prefix(2) == ["query     MRR   change", "q0     1.0000  +0.5000"])
    let row = try #require(common.lines.first { $0.hasPrefix("test.tsv") })
    #expect(row.hasPrefix("test.tsv  MRR        0.5000  1.0000  +0.5000"), "\(row)")
    #expect(row.hasSuffix("20/0/0  IMPROVED (20 and 30 of 30 queries answered)"), "\(row)")
  }

  @Test func queriesThatBothLackAreSaidBesideTheVerdict() throws {
    try Files.write(Self.run(0..<28), to: folder.file("a.run"))
    try Files.write(Self.run(0..<28, shift: 1) + "extra Q0 d1 1 1 x\n", to: folder.file("b.run"))
    let ended = try evaluate("--run", "a.run", "--baseline", "b.run", "--json")
    #expect(ended.status == 0)
    #expect(
      ended.messages == """
        warning: a.run lacks 2 of 30 queries of test.tsv; they count as 0 (for example "q28")
        warning: b.run lacks 2 of 30 queries of test.tsv; they count as 0 (for example "q28"); 1 of its queries is not \
        judged (for example "extra")

        """)
    let result = try #require(try JSONReader.parse(Array(ended.output.utf8)).objectValue)
    #expect(
      result["coverage"] == [
        "judgedQueries": 30, "answeredQueries": 28, "unjudgedQueries": 0, "judgedDocuments": 30, "foundDocuments": 28,
      ])
    #expect(result["baselineCoverage"]?.objectValue?["unjudgedQueries"] == 1)
    let comparison = try #require(result["comparisons"]?.arrayValue?.first?.objectValue)
    #expect(comparison["answered"] == ["judged": 30, "base": 28, "tuned": 28, "both": 28])
    #expect(comparison["verdict"] == "IMPROVED" && comparison["queries"] == 30)
    let text = try evaluate("--run", "a.run", "--baseline", "b.run")
    #expect(text.lines[1].hasSuffix("IMPROVED (28 of 30 queries answered)"), "\(text.lines)")
  }

  @Test func oneOfTwoRemediesIsEnough() throws {
    let ended = try evaluate("--run", "good.run", "--answered-only", "--missing-as-zero")
    #expect(ended.status == 64)
  }

  @Test func queriesInAnotherNumberingAreTold() throws {
    // Every list has a document that is judged for the next query only.
    let lines = (0..<30).map { "q\($0) Q0 d\(($0 + 1) % 30) 1 1 x\n" }
    try Files.write(lines.joined(), to: folder.file("next.run"))
    let ended = try evaluate("--run", "next.run")
    #expect(ended.status == 0)
    #expect(
      ended.messages
        == "warning: next.run has no document that test.tsv judges for its query, in none of 30 queries, but 30 documents "
        + "judged for other queries; check that the queries have the same identifiers\n")
  }

  // MARK: - Judgments

  @Test func gradesWithAPointAndJudgmentsTwiceAreReadAsTheyAreMeant() throws {
    try Files.write(
      "query-id\tcorpus-id\tscore\nq1\td1\t1.0\nq1\td1\t1\nq2\td9\t1.0\nq1\td2\t0.0\n", to: folder.file("j.tsv"))
    let ended = try evaluate("--run", "bad.run", judgments: "j.tsv")
    #expect(ended.status == 0)
    #expect(
      ended.messages
        == "warning: j.tsv: 1 judgment stands there again with the same grade (line 3 says of query \"q1\" and document \"d1\" "
        + "what line 2 says); each counts once\n")
    // d1 has rank 2 for q1; d9 is not in the list of q2.
    #expect(ended.lines[1] == "MRR      0.2500        2")
    try Files.write("q1\td1\t0.5\n", to: folder.file("half.tsv"))
    #expect(try evaluate("--run", "bad.run", judgments: "half.tsv").status == 65)
    try Files.write("q1\td1\t1\nq1\td1\t2\n", to: folder.file("two.tsv"))
    let two = try evaluate("--run", "bad.run", judgments: "two.tsv")
    #expect(two.status == 65 && two.messages.contains("two.tsv:2: ") && two.messages.contains("line 1"))
  }

  // MARK: - Identifiers

  @Test func searchTellsIdentifiersInTwoNormalFormsApart() throws {
    let corpus =
      "{\"_id\": \"caf\u{E9}\", \"title\": \"first\", \"text\": \"chess board\"}\n"
      + "{\"_id\": \"cafe\u{301}\", \"title\": \"second\", \"text\": \"image file\"}\n"
    try Files.write(corpus, to: folder.file("corpus.jsonl"))
    let ended = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "corpus.jsonl", "--query", "chess board", "--top", "2",
      "--json")
    let hits = try #require(
      try JSONReader.parse(Array(ended.output.utf8)).arrayValue?.first?.objectValue?["hits"]?.arrayValue)
    let titles = hits.map { hit in
      "\(hit.objectValue?["id"] == "caf\u{E9}" ? "composed" : "decomposed") "
        + "\(hit.objectValue?["title"]?.stringValue?.prefix(5) ?? "")"
    }
    #expect(Set(titles) == ["composed first", "decomposed secon"])
  }

  @Test(arguments: ["a b", "a\\tb", "", "#a", "\\ufeffa"])
  func searchRefusesIdentifiersThatBreakARunBeforeItsWork(_ id: String) throws {
    try Files.write("{\"_id\": \"d\", \"text\": \"chess\"}\n", to: folder.file("corpus.jsonl"))
    try Files.write("{\"_id\": \"\(id)\", \"text\": \"chess\"}\n", to: folder.file("queries.jsonl"))
    let ended = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "corpus.jsonl", "--queries", "queries.jsonl", "--output",
      "a.run")
    #expect(ended.status == 65 && ended.messages.hasPrefix("error: queries.jsonl:1: "), "\(ended.messages)")
    #expect(!Files.exists(folder.file("a.run")))
  }

  @Test func whiteSpaceBeyondASCIIStaysInIdentifiers() throws {
    try Files.write("{\"_id\": \"d\u{A0}1\u{2028}\", \"text\": \"chess\"}\n", to: folder.file("corpus.jsonl"))
    try Files.write("{\"_id\": \"q\u{3000}\", \"text\": \"chess\"}\n", to: folder.file("queries.jsonl"))
    try Files.write("q\u{3000}\td\u{A0}1\u{2028}\t1\n", to: folder.file("j.tsv"))
    let searched = try hone(
      "search", "--model", HoneProcess.model, "--corpus", "corpus.jsonl", "--queries", "queries.jsonl", "--output",
      "a.run")
    #expect(searched.status == 0, "\(searched.messages)")
    let ended = try evaluate("--run", "a.run", judgments: "j.tsv")
    #expect(ended.lines[1] == "MRR      1.0000        1", "\(ended.messages)")
  }
}
