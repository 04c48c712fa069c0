import Datasets
import Files
import JSONText
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
    let folder = try TemporaryFolder()
    let file = try folder.file("rows.jsonl", JSONValue.object(try format.object(of: row)).text() + "\n")
    var expected = row
    if format != .texts { (expected.queryID, expected.positiveID, expected.negativeIDs) = (nil, nil, []) }
    #expect(try TrainingRows(file: file).rows == [expected])
  }

  @Test func identifiersAreNeededWhereOnlyTheyAreWritten() {
    var anonymous = row
    anonymous.positiveID = nil
    #expect(throws: DatasetError.self) { try RowFormat.identifiers.object(of: anonymous) }
  }
}
