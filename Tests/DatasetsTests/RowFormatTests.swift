import Datasets
import Files
import JSONText
import TestSupport
import Testing

/// Rows that are written are read back as they were.
@Suite struct RowFormatTests {
  private let row = TrainingRow(
    query: "find \"files\"", queryID: "q1", positive: "locate finds files", positiveID: "d1",
    negatives: ["grep", "sort\tlines"], negativeIDs: ["d2", "d3"], scores: [0.75, 0.5, -0.25])

  @Test func everyFormHasItsNames() throws {
    func line(_ format: RowFormat) throws -> String { JSONValue.object(try format.object(of: row)).text() }
    #expect(
      try line(.texts)
        == #"{"query_id":"q1","query":"find \"files\"","positive_id":"d1","positive":"locate finds files","negative_ids":["d2","d3"],"negatives":["grep","sort\tlines"],"scores":[0.75,0.5,-0.25]}"#
    )
    #expect(
      try line(.identifiers)
        == #"{"query_id":"q1","positive_id":"d1","negative_ids":["d2","d3"],"scores":[0.75,0.5,-0.25]}"#)
    #expect(
      try line(.sentenceTransformers)
        == #"{"anchor":"find \"files\"","positive":"locate finds files","negative_1":"grep","negative_2":"sort\tlines","scores":[0.75,0.5,-0.25]}"#
    )
    #expect(
      try line(.flagEmbedding)
        == #"{"query":"find \"files\"","pos":["locate finds files"],"neg":["grep","sort\tlines"],"pos_scores":[0.75],"neg_scores":[0.5,-0.25]}"#
    )
  }

  @Test(arguments: [RowFormat.texts, .sentenceTransformers, .flagEmbedding])
  func formsWithTextsAreReadBack(_ format: RowFormat) throws {
    let folder = TemporaryFolder()
    let file = try folder.write("rows.jsonl", JSONValue.object(try format.object(of: row)).text() + "\n")
    var expected = row
    if format != .texts { (expected.queryID, expected.positiveID, expected.negativeIDs) = (nil, nil, []) }
    #expect(try TrainingRows(file: file).rows == [expected])
  }

  /// Rows with two, no and one negative.
  private var ragged: [TrainingRow] {
    var second = TrainingRow(query: "quoted, \"twice\"", positive: "two\nlines")
    second.scores = [0.5]
    return [row, second, TrainingRow(query: "q", positive: "p", negatives: [" n"], scores: [1, 0])]
  }

  @Test(arguments: [RowFormat.texts, .sentenceTransformers, .flagEmbedding], ["rows.csv", "rows.jsonl"])
  func filesAreReadBack(_ format: RowFormat, _ name: String) throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/" + name
    try RowFile.write(ragged, to: path, as: format)
    var expected = ragged
    if format != .texts {
      for index in expected.indices {
        (expected[index].queryID, expected[index].positiveID, expected[index].negativeIDs) = (nil, nil, [])
      }
    }
    #expect(try TrainingRows(file: path).rows == expected)
  }

  @Test func tablesHaveAColumnForEveryName() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/rows.tsv"
    let rows = [TrainingRow(query: "a", positive: "b"), TrainingRow(query: "c", positive: "d", negatives: ["e", "f"])]
    try RowFile.write(rows, to: path, as: .sentenceTransformers)
    let written = String(decoding: try Files.read(path), as: UTF8.self)
    #expect(
      written
        == "anchor\tpositive\tnegative_1\tnegative_2\na\tb\t\t\nc\td\te\tf\n")
    #expect(try TrainingRows(file: path).rows == rows)
    try RowFile.write(rows, to: path, as: .texts)
    #expect(try TrainingRows(file: path).rows == rows)
  }

  @Test func textsThatATableCannotHoldAreRefused() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/rows.tsv"
    #expect(throws: DatasetError.self) { try RowFile.write(ragged, to: path, as: .sentenceTransformers) }
    #expect(!Files.exists(path))
  }

  /// What a file cannot hold is known before its rows are made.
  @Test func documentsThatATableCannotHoldAreNamed() throws {
    let folder = TemporaryFolder()
    let corpus = try folder.corpus(
      #"{"_id": "tab", "text": "a\tb"}"# + "\n" + #"{"_id": "return", "text": "a\rb"}"# + "\n"
        + #"{"_id": "plain", "text": "a"}"# + "\n")
    let rows = [TrainingRow(query: "q", queryID: "1", positive: "a", positiveID: "plain", negatives: ["old\t"])]
    func problems(_ name: String, _ format: RowFormat, promotes: Bool = false) -> [String] {
      (message { try RowFile.check(rows, for: name, as: format, negatives: corpus, promotes: promotes) } ?? "")
        .split(separator: "\n").map { String($0.split(separator: " has ")[0]) }
    }
    let both = ["r.tsv: document \"tab\"", "r.tsv: document \"return\""]
    #expect(problems("r.tsv", .sentenceTransformers) == both)
    #expect(problems("r.csv", .sentenceTransformers) == ["r.csv: document \"return\""])
    #expect(problems("r.tsv", .texts) == [] && problems("r.tsv", .texts, promotes: true) == both)
    #expect(problems("r.tsv", .flagEmbedding, promotes: true) == [] && problems("r.tsv", .identifiers) == [])
    #expect(RowFormat.allCases.allSatisfy { problems("r.jsonl", $0, promotes: true) == [] })
    #expect(throws: DatasetError.self) { try RowFile.check(rows, for: "r.tsv", as: .sentenceTransformers) }
    let foreign = [TrainingRow(query: "q", queryID: "1", positive: "x", positiveID: "elsewhere")]
    let queries = try Queries(file: folder.write("queries.jsonl", "{\"_id\": 1, \"text\": \"another\"}\n"))
    #expect(
      message {
        try RowFile.check(foreign, for: "r.jsonl", as: .identifiers, negatives: corpus, queries: queries)
      }
        == "r.jsonl: row 1 (query \"1\", positive \"elsewhere\") has a positive that the corpus lacks; write texts, not "
        + "identifiers\nr.jsonl: row 1 (query \"1\", positive \"elsewhere\") has another query than the collection; write texts, "
        + "not identifiers")
  }

  @Test func identifiersAreNeededWhereOnlyTheyAreWritten() {
    var anonymous = row
    anonymous.positiveID = nil
    #expect(throws: DatasetError.self) { try RowFormat.identifiers.object(of: anonymous) }
  }
}
