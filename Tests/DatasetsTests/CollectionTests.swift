import Datasets
import Files
import TestSupport
import Testing

@Suite struct JudgmentsTests {
  private func plain(_ judgments: Judgments) -> [String] {
    judgments.topics.flatMap { topic in topic.grades.map { "\(topic.query) \($0.document) \($0.grade)" } }
  }

  @Test(arguments: [
    "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td1\t0\nq1\td2\t-1\n", "q1\td1\t1\nq2\td1\t0\nq1\td2\t-1",
    "q1 0 d1 1\n\nq2 0 d1 0\r\nq1 Q0 d2 -1\n",
    "# made by hand\nQuery_ID Corpus_ID Score\n q1 d1 1\nq2 d1 0\nq1 d2 -1\n",
    "\u{FEFF}query-id\tcorpus-id\tscore\r\nq1\td1\t1.0\r\nq2\td1\t0.00\r\nq1\td2\t-1.\r\n",
    "topic iteration docno relevancy\nq1 0 d1 +1\nq2 0 d1 -0\nq1 0 d2 -1\n",
  ])
  func readsBothForms(_ text: String) throws {
    let folder = TemporaryFolder()
    let judgments = try Judgments(file: folder.write("qrels", text))
    #expect(judgments.warnings.isEmpty)
    #expect(plain(judgments) == ["q1 d1 1", "q1 d2 -1", "q2 d1 0"])
    #expect(judgments["q2"]?.first?.grade == 0)
    #expect(judgments["q3"] == nil)
  }

  @Test func carriageReturnsAloneEndLinesWithAWarning() throws {
    let folder = TemporaryFolder()
    let judgments = try Judgments(file: folder.write("qrels.tsv", "q1 d1 1\rq2 d1 0\rq1 d2 -1\r"))
    #expect(plain(judgments) == ["q1 d1 1", "q1 d2 -1", "q2 d1 0"])
    #expect(
      judgments.warnings.map(folder.shortened) == [
        "qrels.tsv: read as text whose lines end with a carriage return alone"
      ])
  }

  @Test func theSameJudgmentTwiceCountsOnceWithAWarning() throws {
    let folder = TemporaryFolder()
    let text = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td1\t0\nq1\td1\t1.0\nq1\td1\t1\n"
    let judgments = try Judgments(file: folder.write("qrels.tsv", text))
    #expect(plain(judgments) == ["q1 d1 1", "q2 d1 0"])
    #expect(
      judgments.warnings.map(folder.shortened) == [
        "qrels.tsv: 2 judgments stand there again with the same grade (line 4 says of query \"q1\" and document \"d1\" what "
          + "line 2 says); each counts once"
      ])
  }

  @Test func fourColumnsWithRisingTopicsAreNoRowNumbers() throws {
    let folder = TemporaryFolder()
    for text in ["1 0 d1 1\n2 0 d2 1\n", "1 0 d1 1\n1 1 d2 1\n2 0 d1 1\n", "2 0 d1 1\n1 1 d1 1\n", "1 0 d1 1\n"] {
      _ = try Judgments(file: folder.write("qrels", text))
    }
  }

  @Test func identifiersThatDifferInTheirNormalFormOnlyAreTwo() throws {
    let folder = TemporaryFolder()
    let text = "\u{E9} e\u{301} 1\ne\u{301} \u{E9} 2\n\u{E9} \u{E9} 3\n"
    let judgments = try Judgments(file: folder.write("qrels", text))
    #expect(judgments["\u{E9}"]?.map(\.grade) == [1, 3])
    #expect(judgments["e\u{301}"]?.map(\.grade) == [2])
  }

  @Test(arguments: malformedJudgments)
  func saysWhatIsWrong(_ text: String, _ expected: String) throws {
    let folder = TemporaryFolder()
    let file = try folder.write("qrels.tsv", text)
    #expect(message { _ = try Judgments(file: file) }.map(folder.shortened) == expected)
  }

  @Test func saysHowAnUnusualFileWasRead() throws {
    let folder = TemporaryFolder()
    let judgments = try Judgments(file: folder.write("qrels.tsv", "q1\td1\t1\rq2\td2\t1\r"))
    #expect(judgments.topics.map(\.query) == ["q1", "q2"])
    #expect(
      judgments.warnings.map(folder.shortened) == [
        "qrels.tsv: read as text whose lines end with a carriage return alone"
      ])
  }

  @Test func refusesOtherEncodings() throws {
    let folder = TemporaryFolder()
    let file = try folder.write("qrels.tsv", Array("q1 d1 1\nq".utf8) + [0xC0] + Array(" d1 1\n".utf8))
    #expect(
      message { _ = try Judgments(file: file) }.map(folder.shortened)
        == "qrels.tsv:2: expected UTF-8 text, found other bytes; convert the file to UTF-8")
  }
}

private let three = "expected three columns (query document grade), found"
private let four = "expected four columns (query iteration document grade), found"
private let grade = "expected an integer between -1000000 and 1000000 as grade, found"

private let malformedJudgments: [(String, String)] = [
  ("", "qrels.tsv: expected judgments (query document grade), found none; check that the file is complete"),
  (
    "query-id\tcorpus-id\tscore\n",
    "qrels.tsv: expected judgments (query document grade), found none; check that the file is complete"
  ),
  ("q1\n", "qrels.tsv:1: \(three) 1 column; write all, separated by tabs"),
  ("q1 d1\n", "qrels.tsv:1: \(three) 2 columns; write all, separated by tabs"),
  ("q1 d1 1 x y\n", "qrels.tsv:1: \(three) 5 columns; remove the others, and white space in identifiers"),
  ("q1 d1 1\nq1 0 d2 1\n", "qrels.tsv:2: \(three) 4 columns; remove the others, and white space in identifiers"),
  ("q1 0 d1 1\nq1 d2 1\n", "qrels.tsv:2: \(four) 3 columns; write all, separated by tabs"),
  ("q1 d1 0.5\n", "qrels.tsv:1: \(grade) \"0.5\"; write for example 1"),
  ("q1 d1 1.01\n", "qrels.tsv:1: \(grade) \"1.01\"; write for example 1"),
  ("q1 d1 1e0\n", "qrels.tsv:1: \(grade) \"1e0\"; write for example 1"),
  ("q1 d1 nan\n", "qrels.tsv:1: \(grade) \"nan\"; write for example 1"),
  ("q1 d1 .0\n", "qrels.tsv:1: \(grade) \".0\"; write for example 1"),
  (
    "q1\tmy doc\t1\n",
    "qrels.tsv:1: expected columns without blanks between the tabs, found \"my doc\"; use identifiers without white space"
  ),
  (
    "q1 d1 1\rq2 d1 1\n",
    "qrels.tsv:1: expected one line, found carriage returns between columns; let lines end with \\n or \\r\\n"
  ),
  (
    "0\tq1\td1\t1\n1\tq1\td2\t1\n2\tq2\td1\t1\n",
    "qrels.tsv: expected query, iteration, document and grade, found a column that numbers the lines in front of others "
      + "(0 q1 …, 1 q1 …); remove that column"
  ),
  ("q1 d1 yes\n", "qrels.tsv:1: \(grade) \"yes\"; write for example 1"),
  ("corpus-id\tquery-id\tscore\nd1\tq1\t1\n", "qrels.tsv:1: \(grade) \"score\"; write for example 1"),
  ("q1 0 d1 1000001\n", "qrels.tsv:1: \(grade) \"1000001\"; write for example 1"),
  ("q1 0 d1 -9223372036854775808\n", "qrels.tsv:1: \(grade) \"-9223372036854775808\"; write for example 1"),
  ("q1 0 d1 99999999999999999999\n", "qrels.tsv:1: \(grade) \"99999999999999999999\"; write for example 1"),
  (
    "q1 d1 1\nq2 d1 1\nq1 d1 1.0\nq1 d1 2\n",
    "qrels.tsv:4: document \"d1\" is judged twice for query \"q1\" (first in line 1); keep one of the lines"
  ),
]

@Suite struct CollectionTests {
  @Test func readsAFolder() throws {
    let folder = TemporaryFolder()
    let collection = try folder.collection()
    #expect(collection.corpus.documents.count == 4 && collection.queries.queries.count == 2)
    #expect(collection.splits == ["dev", "odd", "train"])
    #expect(try collection.judgments(split: "train").topics.map(\.query) == ["q1", "q2"])
    let unknown = collection.unknownIdentifiers(in: try collection.judgments(split: "odd"))
    #expect(unknown.queries == ["q9"] && unknown.documents == ["d9"])
  }

  @Test func namesTheSplitsThereAre() throws {
    let folder = TemporaryFolder()
    let collection = try folder.collection()
    for split in ["test", "../train", ""] {
      #expect(
        message { _ = try collection.judgments(split: split) }.map(folder.shortened)
          == "\(folder.path)/c: expected a split \"\(split)\", a file qrels/\(split).tsv, found no such file "
          .split(separator: folder.path + "/").joined()
          + "(there are dev, odd, train); name another split or add the file")
    }
    try Files.remove(folder.file("c/qrels"))
    let bare = try Collection(folder: folder.file("c"))
    #expect(bare.splits == [])
    #expect(
      message { _ = try bare.judgments(split: "dev") }.map(folder.shortened)
        == "c: expected a split \"dev\", a file qrels/dev.tsv, found no such file (there is none); "
        + "name another split or add the file")
  }

  @Test func aMissingFileIsMissingInput() throws {
    let folder = TemporaryFolder()
    _ = try folder.collection()
    try Files.remove(folder.file("c/queries.jsonl"))
    do throws(DatasetError) {
      _ = try Collection(folder: folder.file("c"))
      Issue.record("nothing was thrown")
    } catch {
      #expect(error.kind == .missingInput)
      #expect(folder.shortened(error.description).hasPrefix("cannot read c/queries.jsonl: "))
    }
  }

  @Test func rowsOfASplit() throws {
    let folder = TemporaryFolder()
    let collection = try folder.collection()
    #expect(
      try TrainingRows(collection: collection, split: "train").rows == [
        TrainingRow(query: "what", queryID: "q1", positive: "One first", positiveID: "d1"),
        TrainingRow(query: "who", queryID: "q2", positive: "third", positiveID: "d3"),
        TrainingRow(query: "what", queryID: "q1", positive: "third", positiveID: "d3"),
      ])
    #expect(
      message { _ = try TrainingRows(collection: collection, split: "dev") }.map(folder.shortened)
        == "c/qrels/dev.tsv: expected documents judged relevant (grade 1 or more), found none; name another split")
    #expect(
      message { _ = try TrainingRows(collection: collection, split: "odd") }.map(folder.shortened)
        == "c/qrels/odd.tsv: expected documents judged relevant (grade 1 or more), found none (3 judgments left out: 1 of a "
        + "query that queries.jsonl lacks (\"q9\" in line 2), 1 of a document that corpus.jsonl lacks (\"d9\" in line 3), 1 of "
        + "a document with neither title nor text (\"d4\" in line 1)); name another split, or the collection that was judged"
    )
  }

  @Test func judgmentsOfWhatHasNoTextAreLeftOut() throws {
    let folder = TemporaryFolder()
    let collection = try folder.collection()
    try folder.write("c/qrels/odd.tsv", "q1\td4\t1\nq9\td1\t1\nq1\td9\t1\nq1\td8\t2\nq1\td9x\t0\nq2\td1\t1\n")
    let training = try TrainingRows(collection: collection, split: "odd")
    #expect(training.rows == [TrainingRow(query: "who", queryID: "q2", positive: "One first", positiveID: "d1")])
    #expect(
      training.warnings.map(folder.shortened) == [
        "c/qrels/odd.tsv: 4 judgments left out: 1 of a query that queries.jsonl lacks (\"q9\" in line 2), 2 of a document that corpus.jsonl "
          + "lacks (\"d9\" in line 3), 1 of a document with neither title nor text (\"d4\" in line 1)"
      ])
  }

  /// The counts that the collections' own README files state.
  @Test(
    .needsCollections,
    arguments: [
      ("debian-programs", 6466, 6349, "train", 4712), ("scifact", 5183, 1109, "train", 919),
      ("medline", 1033, 30, "test", 696),
    ])
  func readsRealCollections(_ name: String, _ documents: Int, _ queries: Int, _ split: String, _ rows: Int) throws {
    let collection = try Collection(folder: Files.join(Locations.collections, name))
    #expect(collection.corpus.documents.count == documents && collection.queries.queries.count == queries)
    let training = try TrainingRows(collection: collection, split: split)
    #expect(training.rows.count == rows)
    let unknown = collection.unknownIdentifiers(in: try collection.judgments(split: split))
    #expect(unknown.queries.isEmpty && unknown.documents.isEmpty)
  }

  @Test(.needsCollections) func readsRealPairs() throws {
    let rows = try TrainingRows(file: Files.join(Locations.collections, "stsb", "train.tsv")).rows
    #expect(rows.count == 5749)
    #expect(rows.allSatisfy { (0...5).contains($0.label ?? -1) })
  }
}
