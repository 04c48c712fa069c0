import Datasets
import Files
import Retrieval
import Runs
import Testing

@testable import Evaluation

/// Candidates of which every order is right measure nothing.
@Suite struct OrderDecisionTests {
  private func folder(_ judgments: [String]) throws -> SmallFolder {
    try SmallFolder(
      documents: (1...4).map { ("d\($0)", "text \($0)") }, queries: (1...3).map { ("q\($0)", "query \($0)") },
      splits: ["dev": judgments])
  }

  /// The queries that a plan measures of judged candidates, or of a ranking, and the warnings.
  private func measured(
    _ judgments: [String], by measures: [Measure] = [.averagePrecision(cut: nil)], ranking: Ranking? = nil,
    top: Int = .max
  ) throws -> (queries: [String], warnings: [String]) {
    let folder = try folder(judgments)
    var warnings: [String] = []
    let plan = try EvaluationPlan(folder.collection, splits: ["dev"], measures: measures, warn: { _ in })
    var texts = CandidateTexts(folder.collection)
    let reranking = try RerankingPlan(
      plan, candidates: ranking.map { [$0] } ?? plan.judgedCandidates(in: folder.collection.corpus), top: top, &texts,
      from: "the source", warn: { warnings.append($0) })
    #expect(reranking.firstRankings[0].queries == reranking.plan.splits[0].queries.map(\.id))
    return (reranking.plan.splits[0].topics.map(\.query), warnings)
  }

  private func refusal(_ body: () throws -> Void) throws -> String {
    let error = try #require(throws: RunError.self) { try body() }
    #expect(error.kind == .badData)
    return error.description
  }

  private static let nothing =
    "the source: no query of split 'dev' has both a relevant document and a less relevant one among its candidates, so that "
    + "any order of them is as good; give candidates that are not relevant too, from judgments of grade 0, or from a first "
    + "stage with more documents per query"

  @Test func queriesWithRelevantCandidatesOnlyAreLeftOut() throws {
    let (queries, warnings) = try measured(["q1 d1 1", "q1 d2 0", "q2 d1 1", "q2 d2 1", "q3 d3 1"])
    #expect(queries == ["q1"])
    #expect(
      warnings == [
        "2 of 3 queries of split 'dev' are left out of the measures, such as \"q2\": all candidates are relevant, so that "
          + "any order of them is right"
      ])
  }

  @Test func aSplitOfNothingElseIsRefused() throws {
    #expect(try refusal { _ = try measured(["q1 d1 1", "q2 d1 1", "q2 d2 1"]) } == Self.nothing)
    // One candidate each.
    var ranking = Ranking()
    for (query, document) in [("q1", "d1"), ("q2", "d2")] {
      try ranking.append(
        query: query, documents: [ScoredDocument(id: document, score: 2), ScoredDocument(id: "d4", score: 1)])
    }
    let judgments = ["q1 d1 1", "q2 d1 1"]
    #expect(try refusal { _ = try measured(judgments, ranking: ranking, top: 1) } == Self.nothing)
    #expect(try measured(judgments, ranking: ranking, top: 2).queries == ["q1", "q2"])
  }

  /// The first stage missed the only relevant document of q2; as in `trec_eval` that counts as 0.
  @Test func queriesWithoutARelevantCandidateCount() throws {
    #expect(try measured(["q1 d1 1", "q1 d2 0", "q2 d1 0", "q2 d2 0"]).queries == ["q1", "q2"])
  }

  @Test func gradesAreToldApartWhereAMeasureDoes() throws {
    let judgments = ["q1 d1 1", "q1 d2 0", "q2 d1 1", "q2 d2 2", "q3 d1 2", "q3 d2 2"]
    #expect(try measured(judgments).queries == ["q1"])
    #expect(try measured(judgments, by: [.averagePrecision(cut: nil), .nDCG(cut: 10)]).queries == ["q1", "q2"])
  }
}
