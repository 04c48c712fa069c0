import Retrieval
import TestSupport
import Testing

/// Kendall's τ and the agreement of rankings.
@Suite struct RankAgreementTests {
  @Test func tauOfKnownLists() throws {
    #expect(kendallTau([1, 2, 3, 4], [10, 20, 30, 40]) == 1)
    #expect(kendallTau([1, 2, 3, 4], [4, 3, 2, 1]) == -1)
    // scipy.stats.kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])
    #expect(abs(try #require(kendallTau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])) + 0.47140452079103173) < 1e-12)
    // Five of six pairs agree.
    #expect(abs(try #require(kendallTau([4, 3, 2, 1], [4, 3, 1, 2])) - 4.0 / 6) < 1e-12)
    #expect(kendallTau([1, 1, 1], [1, 2, 3]) == nil)
    #expect(kendallTau([1], [2]) == nil)
    #expect(kendallTau([], []) == nil)
  }

  private func ranking(_ lists: [(String, [(String, Float)])]) throws -> Ranking {
    var ranking = Ranking()
    for (query, documents) in lists {
      try ranking.append(query: query, documents: documents.map { ScoredDocument(id: $0.0, score: $0.1) })
    }
    return ranking
  }

  @Test func rankingsAreComparedQueryByQuery() throws {
    let first = try ranking([
      ("q1", [("a", 3), ("b", 2), ("c", 1)]), ("q2", [("a", 5), ("b", 4)]), ("q3", [("a", 1)]), ("other", [("a", 1)]),
    ])
    let second = try ranking([
      ("q3", [("a", 1.25)]), ("q1", [("a", 3), ("c", 2.5), ("b", 2)]), ("q2", [("d", 6), ("b", 4.5)]),
    ])
    let agreement = RankAgreement(of: first, with: second, top: 50)
    #expect(agreement.queries == 3)
    // q1 has one of three pairs in the other order; q2 and q3 have one document in common each.
    #expect(abs(try #require(agreement.tau) - 1.0 / 3) < 1e-12 && agreement.leastTau == agreement.tau)
    #expect(abs(agreement.overlap - (1 + 0.5 + 1) / 3) < 1e-12)
    #expect(agreement.largestDifference == 1.5)
    // Of the two best of q1, the order is the same.
    #expect(RankAgreement(of: first, with: second, top: 2).tau == 1)
    let itself = RankAgreement(of: first, with: first, top: 50)
    #expect(itself.tau == 1 && itself.overlap == 1 && itself.largestDifference == 0 && itself.queries == 4)
  }
}
