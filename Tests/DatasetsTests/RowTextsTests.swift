import Datasets
import TestSupport
import Testing

/// The texts that rows end up with: those that identifiers mean, and none that is blank.
@Suite struct RowTextsTests {
  /// An identifier of the corpus is that document, whatever text stands beside it.
  @Test func identifiersOfTheCorpusAreItsDocuments() throws {
    let folder = TemporaryFolder()
    let collection = try folder.collection()
    let lines = """
      {"query": "a", "positive": "first", "positive_id": "d1", "negatives": [" second", "x"], "negative_ids": ["d2", "d7"]}
      {"query": "b", "positive": "One first ", "positive_id": "d1", "negatives": ["y"], "negative_ids": ["d4"]}
      """
    let training = try TrainingRows(file: folder.write("r.jsonl", lines), collection: collection)
    #expect(
      training.rows == [
        TrainingRow(
          query: "a", positive: "One first", positiveID: "d1", negatives: ["second", "x"], negativeIDs: ["d2", "d7"]),
        // A blank document gives no text, so that of the row stands.
        TrainingRow(query: "b", positive: "One first", positiveID: "d1", negatives: ["y"], negativeIDs: ["d4"]),
      ])
    #expect(
      training.warnings.map(folder.shortened) == [
        "r.jsonl: 1 text replaced by the one that the corpus has for the identifier beside it, for example \"d1\" in line 1: \"One "
          + "first\" instead of \"first\""
      ])
  }

  @Test func blankNegativesAreLeftOut() throws {
    let folder = TemporaryFolder()
    let warning = "r.jsonl: 2 negatives without any text left out, for example in line 1"
    let files = [
      (
        "r.jsonl",
        #"{"query": "q", "positive": "p", "negatives": ["", "a", "\u200b\n"], "negative_ids": [1, 2, 3], "scores": [9, 1, 2, 3]}"#,
        TrainingRow(query: "q", positive: "p", negatives: ["a"], negativeIDs: ["2"], scores: [9, 2])
      ),
      (
        "r.jsonl",
        #"{"anchor": "q", "positive": "p", "negative_1": " ", "negative_2": "a", "negative_3": "", "scores": [9, 1, 2, 3]}"#,
        TrainingRow(query: "q", positive: "p", negatives: ["a"], scores: [9, 2])
      ),
      (
        "r.jsonl", #"{"query": "q", "pos": ["p"], "neg": ["a", "", " "], "pos_scores": [9], "neg_scores": [2, 1, 1]}"#,
        TrainingRow(query: "q", positive: "p", negatives: ["a"], scores: [9, 2])
      ),
    ]
    for (name, text, row) in files {
      let training = try TrainingRows(file: folder.write(name, text + "\n"))
      #expect(training.rows == [row] && training.warnings.map(folder.shortened) == [warning])
    }
    let collection = try folder.collection()
    let byID = #"{"query_id": "q1", "positive_id": "d1", "negative_ids": ["d4", "d2"], "scores": [9, 1, 2]}"# + "\n"
    let training = try TrainingRows(file: folder.write("r.jsonl", byID), collection: collection)
    #expect(training.rows.map(\.negatives) == [["second"]] && training.rows.map(\.scores) == [[9, 2]])
  }
}
