import Retrieval
import TestSupport
import Testing

@Suite struct RerankingTests {
  private func run(_ lists: [(String, [(String, Float)])]) throws -> Ranking {
    var ranking = Ranking()
    for (query, list) in lists { try ranking.append(query: query, documents: documents(list)) }
    return ranking
  }

  @Test func theTopIsOrderedByNewScoresAndTheRestKeepsItsOrder() throws {
    let first = try run([
      ("q1", [("a", 0.9), ("b", 0.8), ("c", 0.7), ("d", 0.7), ("e", 0.1)]), ("q2", [("a", 3)]), ("q3", []),
    ])
    #expect(first["q1"]?.map(\.id) == ["a", "b", "d", "c", "e"])
    let reranked = try first.reranked(top: 2, scores: [-1.5, 4, 0.25])
    #expect(reranked["q1"] == documents([("b", 4), ("a", -1.5), ("d", -3), ("c", -4), ("e", -5)]))
    #expect(reranked["q2"] == documents([("a", 0.25)]))
    #expect(reranked.queries == ["q1", "q2", "q3"])
  }

  @Test func equalScoresFollowTheRuleOfRuns() throws {
    let first = try run([("q", [("a", 2), ("b", 1)])])
    #expect(try first.reranked(top: 5, scores: [1, 1])["q"]?.map(\.id) == ["b", "a"])
  }

  @Test func hugeScoresStillLeaveRoomBelow() throws {
    let first = try run([("q", [("a", 3), ("b", 2), ("c", 1)])])
    let reranked = try first.reranked(top: 1, scores: [-1e30])
    #expect(reranked["q"]?.map(\.id) == ["a", "b", "c"])
    #expect(Set(reranked["q"]?.map(\.score) ?? []).count == 3)
  }

  @Test func scoresThatAreNoNumbersAreRefused() throws {
    let first = try run([("q", [("a", 2)])])
    #expect(
      message { _ = try first.reranked(top: 1, scores: [.nan]) }
        == "query \"q\": the score of document \"a\" is nan; only finite scores can be ranked")
  }
}
