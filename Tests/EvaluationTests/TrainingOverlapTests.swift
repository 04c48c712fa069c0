import Datasets
import Retrieval
import Runs
import Testing

@testable import Evaluation

/// Test queries and documents that training has seen, in whatever spelling.
@Suite struct TrainingOverlapTests {
  private func events(_ trained: [(query: String, positives: [String])]) throws -> [RunEvent] {
    let folder = try SmallFolder(
      documents: [("d1", "Loosen the bolt."), ("d2", "Apply oil to the caf\u{E9} chain."), ("d3", "never judged")],
      queries: [("q1", "How do I raise my saddle?"), ("q2", "oil a chain"), ("q3", "true a wheel")],
      splits: ["test": ["q1 d1 1", "q2 d2 1", "q3 d2 1", "q3 d3 0"]])
    let plan = try EvaluationPlan(folder.collection, splits: ["test"], measures: [.nDCG(cut: 10)], warn: { _ in })
    var overlap = TrainingOverlap(with: plan.splits, of: plan.documents)
    for example in trained { overlap.add(query: example.query, positives: example.positives) }
    return overlap.events
  }

  @Test func queriesAreTheSameInAnySpelling() throws {
    #expect(
      try events([("how  do i raise MY saddle", ["unrelated"]), ("other", ["something"])]) == [
        .warning(
          "1 of 3 queries of split 'test' is a training query too, such as \"How do I raise my saddle?\"; the scores on "
            + "them say little")
      ])
    #expect(try events([("raise a saddle", ["unrelated"]), ("other", ["never judged"])]) == [])
  }

  @Test func pairsThatAreJudgedAreCountedApart() throws {
    #expect(
      try events([("OIL A CHAIN", ["apply oil to the cafe\u{301} chain"]), ("true a wheel", ["turn it"])]) == [
        .warning(
          "2 of 3 queries of split 'test' are training queries too (1 with a document judged relevant), such as \"oil a "
            + "chain\"; the scores on them say little"),
        .note("1 of 2 relevant documents of split 'test' is a positive in training too"),
      ])
  }

  @Test func queriesThatArePositivesAreWarnedOf() throws {
    #expect(
      try events([("what makes it go round", ["True a wheel!"])]) == [
        .warning(
          "1 of 3 queries of split 'test' is a positive in training, such as \"true a wheel\"; the scores on them say little"
        )
      ])
  }

  @Test func documentsThatAreTrainedOnAreOnlyNoted() throws {
    #expect(
      try events([("lower the saddle", ["loosen the bolt"])]) == [
        .note("1 of 2 relevant documents of split 'test' is a positive in training too")
      ])
  }
}
