import Retrieval
import Testing

@testable import Evaluation

@Suite struct AnsweredQueriesTests {
  private let judged = ["q1", "q2", "q3", "q4"].map { JudgedTopic(query: $0, grades: [(document: "d", grade: 1)]) }

  private func ranking(_ queries: [String]) throws -> Ranking {
    var ranking = Ranking()
    for query in queries { try ranking.append(query: query, documents: [ScoredDocument(id: "d", score: 1)]) }
    return ranking
  }

  @Test func aVerdictSaysWhatIsNotAnswered() throws {
    func shortfall(_ base: [String], _ tuned: [String]) throws -> String? {
      func values(_ queries: [String]) throws -> MeasureValues {
        try MeasureValues(of: ranking(queries), against: judged, measures: [.rPrecision], complete: true)
      }
      return AnsweredQueries(base: try values(base), tuned: try values(tuned)).shortfall
    }
    let all = ["q1", "q2", "q3", "q4", "x"]
    #expect(try shortfall(all, all) == nil)
    #expect(try shortfall(["q1", "q2", "q3"], ["q1", "q2", "q3", "y"]) == "3 of 4 queries answered")
    #expect(try shortfall(["q2"], all) == "1 and 4 of 4 queries answered")
    #expect(try shortfall(all, ["q2"]) == "4 and 1 of 4 queries answered")
    #expect(try shortfall(["q1", "q2"], ["q2", "q3"]) == "2 and 2 of 4 queries answered, 1 by both")
  }

  @Test func aRunThatFitsTheJudgmentsIsNoReasonToWarn() throws {
    func warnings(_ queries: [String]) throws -> [String] {
      Coverage(of: try ranking(queries), against: judged)
        .warnings(of: "a.run", with: "test.tsv", consequence: "they count as 0")
    }
    #expect(try warnings(["q1", "q2", "q3", "q4", "x"]) == [])
    #expect(
      try warnings(["q1", "q4", "x", "y"]) == [
        "a.run lacks 2 of 4 queries of test.tsv; they count as 0 (for example \"q2\"); 2 of its queries are not judged (for "
          + "example \"x\")"
      ])
  }
}
