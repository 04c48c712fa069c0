import Datasets
import Retrieval
import Testing

@testable import Evaluation

/// Queries that are documents of the corpus too.
@Suite struct SameIDsTests {
  /// Questions that are documents too, as in Quora: every question is asked twice.
  private static let questions = [
    ("0", "how do I fix a flat tyre"), ("1", "what is the way to repair a puncture"), ("2", "how do I raise my saddle"),
    ("3", "best method to make the seat higher"),
  ]

  private func folder(
    documents: [(String, String)] = questions, queries: [(String, String)] = [questions[0], questions[2]],
    _ judgments: [String] = ["0 1 1", "2 3 1"]
  ) throws -> SmallFolder {
    try SmallFolder(documents: documents, queries: queries, splits: ["test": judgments])
  }

  private func plan(
    _ folder: SmallFolder, excludeSameID: Bool?, measures: [Measure] = [.recall(cut: 1)]
  ) throws -> (plan: EvaluationPlan, warnings: [String]) {
    var warnings: [String] = []
    let plan = try EvaluationPlan(
      folder.collection, splits: ["test"], measures: measures, excludeSameID: excludeSameID,
      warn: { warnings.append($0) })
    return (plan, warnings)
  }

  @Test func aMissingSettingThatMattersIsWarnedOf() throws {
    let folder = try folder()
    #expect(
      try plan(folder, excludeSameID: nil).warnings == [
        "2 of 2 queries of split 'test' are documents of the corpus too, such as \"0\" (\"how do I fix a flat tyre\"), and "
          + "a search finds the query itself first; set 'evaluate.excludeSameID' to true to leave out documents with their "
          + "query's identifier, or to false to keep them"
      ])
    #expect(try plan(folder, excludeSameID: true).warnings == [])
    #expect(try plan(folder, excludeSameID: false).warnings == [])
  }

  @Test func theSameTextInAnotherSpellingOrWithinATitleIsTheQuery() throws {
    let folder = try folder(
      documents: [("0", "Bicycles: How do I fix a flat  tyre?"), ("1", "x"), ("2", "other"), ("3", "y")])
    let warnings = try plan(folder, excludeSameID: nil).warnings
    #expect(
      warnings.count == 1 && warnings[0].hasPrefix("1 of 2 queries of split 'test' is a document of"), "\(warnings)")
  }

  @Test func numbersThatAgreeByAccidentAreNot() throws {
    let folder = try folder(documents: [("0", "red"), ("1", "green"), ("2", "blue"), ("3", "white")])
    #expect(try plan(folder, excludeSameID: nil).warnings == [])
    #expect(
      try plan(folder, excludeSameID: true).warnings == [
        "'evaluate.excludeSameID' leaves out the documents of 2 of 2 queries of split 'test' that have only the identifier "
          + "in common with the query, such as \"0\" (\"how do I fix a flat tyre\"); set it to false if identifiers agree "
          + "by accident"
      ])
  }

  @Test func aNameIsNoAccident() throws {
    let folder = try folder(
      documents: [("pro-1", "an argument"), ("con-1", "its rebuttal")], queries: [("pro-1", "what was argued")],
      ["pro-1 con-1 1"])
    #expect(try plan(folder, excludeSameID: nil).warnings.count == 1)
  }

  /// Documents on the axes of a plane; each query is its own document, and nearest to it.
  @Test func rankingsAreFullWithoutTheQueryItself() throws {
    let folder = try folder()
    let documents = try Vectors([1, 0, 0.9, 0.1, 0, 1, 0.1, 0.9], count: 4, width: 2)
    let queries = try Vectors([1, 0, 0, 1], count: 2, width: 2)
    func found(_ excludeSameID: Bool?) throws -> (ids: [[String]], recall: Double) {
      let plan = try plan(folder, excludeSameID: excludeSameID).plan
      let rankings = try plan.rankings(documents: documents, queries: [queries])
      return (
        rankings[0].lists.map { $0.documents.map(\.id) }, try plan.evaluations(of: rankings)[0].means[0]
      )
    }
    let (all, others) = (try found(nil), try found(true))
    #expect(all.ids == [["0"], ["2"]] && all.recall == 0)
    #expect(others.ids == [["1"], ["3"]] && others.recall == 1)
  }

  @Test func judgmentsOfAQueryOnItselfAreLeftOutWithIt() throws {
    let folder = try folder(["0 0 1", "0 1 1", "2 3 1", "2 2 0"])
    #expect(
      try plan(folder, excludeSameID: true).plan.splits[0].topics.map { $0.grades.map(\.document) } == [["1"], ["3"]])
    #expect(
      try plan(folder, excludeSameID: nil).plan.splits[0].topics.map { $0.grades.map(\.document) } == [
        ["0", "1"], ["3", "2"],
      ])
    let pairs = try JudgedPairs(
      of: folder.collection.judgments(split: "test"), in: folder.collection, excludesSameID: true, warn: { _ in })
    #expect(
      pairs.pairs.map(\.document) == ["what is the way to repair a puncture", "best method to make the seat higher"])
  }
}
