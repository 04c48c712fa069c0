import TestSupport
import Testing

@testable import Retrieval

@Suite struct CoverageTests {
  private func ranking(_ lists: [(String, [String])]) throws -> Ranking {
    var ranking = Ranking()
    for (query, ids) in lists {
      try ranking.append(query: query, documents: documents(ids.enumerated().map { ($1, -Float($0)) }))
    }
    return ranking
  }

  private func topics(_ judgments: [(String, [String])]) -> [JudgedTopic] {
    judgments.map { JudgedTopic(query: $0, grades: $1.map { (document: $0, grade: 1) }) }
  }

  @Test func countsQueriesAndDocumentsOfEachSide() throws {
    let coverage = Coverage(
      of: try ranking([("x", ["d9"]), ("q1", ["d1", "d7"]), ("q2", ["d4"]), ("y", [])]),
      against: topics([("q3", ["d1"]), ("q1", ["d1", "d2"]), ("q2", ["d3", "d9"])]))
    #expect(coverage.judgedQueries == 3 && coverage.answeredQueries == 2 && coverage.unjudgedQueries == 2)
    #expect(coverage.judgedDocuments == 4 && coverage.foundDocuments == 2)
    // The list of q2 has a document that is judged for nobody.
    #expect(coverage.matchedQueries == 1)
    #expect(coverage.unansweredQuery == "q3" && coverage.unjudgedQuery == "x")
    #expect(!coverage.isComplete)
  }

  @Test func aRunWithEveryJudgedQueryIsComplete() throws {
    let coverage = Coverage(
      of: try ranking([("q1", ["d1"]), ("q2", ["d1"])]), against: topics([("q1", ["d1"])]))
    #expect(coverage.isComplete && coverage.unansweredQuery == nil && coverage.unjudgedQueries == 1)
  }

  @Test func identifiersAreComparedByBytes() throws {
    let coverage = Coverage(
      of: try ranking([("\u{E9}", ["e\u{301}"]), ("q", ["\u{E9}"])]), against: topics([("e\u{301}", ["\u{E9}"])]))
    #expect(coverage.answeredQueries == 0 && coverage.unjudgedQueries == 2 && coverage.foundDocuments == 1)
    let other = Coverage(of: try ranking([("q", ["e\u{301}"])]), against: topics([("q", ["\u{E9}"])]))
    #expect(other.answeredQueries == 1 && other.foundDocuments == 0)
  }

  @Test func nothingInCommonIsRefusedWithAnIdentifierOfEach() throws {
    let judged = topics([("1", ["d1"])])
    func refusal(_ lists: [(String, [String])]) throws -> String? {
      let coverage = Coverage(of: try ranking(lists), against: judged)
      return message { try coverage.requireOverlap(of: "a.run", with: "test.tsv") }
    }
    #expect(
      try refusal([("q1", ["d1"])])
        == "a.run: no query of it is judged in test.tsv: it has for example \"q1\", the judgments \"1\"; give a run and "
        + "judgments of one collection")
    #expect(
      try refusal([("1", ["7"])])
        == "a.run: no document of it is judged in test.tsv: it has for example \"7\", the judgments \"d1\"; give a run and "
        + "judgments of one collection")
    #expect(try refusal([("1", ["d2"]), ("2", ["d1"])]) == nil)
  }

  @Test func valuesOfSomeQueriesHaveMeansOfTheirOwn() throws {
    let judged = topics([("q1", ["a"]), ("q2", ["a"]), ("q3", ["a"])])
    func values(_ lists: [(String, [String])]) throws -> MeasureValues {
      try MeasureValues(of: ranking(lists), against: judged, measures: [.precision(cut: 1)])
    }
    let all = try values([("q1", ["a"]), ("q2", ["b"]), ("q3", ["a"])])
    let kept = try #require(all.keepingQueries(of: values([("q2", ["a"]), ("q3", ["b"])])))
    #expect(kept.topics.map(\.query) == ["q2", "q3"] && kept.means == [0.5])
    #expect(kept.coverage == all.coverage)
    #expect(try values([("q1", ["a"])]).keepingQueries(of: values([("q2", ["a"])])) == nil)
  }

  /// The values are those of pytrec_eval 0.5, which compares identifiers by `strcmp`.
  @Test func tiesAndJudgmentsTellNormalFormsApart() throws {
    let judged = [JudgedTopic(query: "q", grades: [("\u{E9}", 1), ("e\u{301}", 0)])]
    func reciprocalRank(_ scores: [(String, Float)]) throws -> [Double] {
      var ranking = Ranking()
      try ranking.append(query: "q", documents: documents(scores))
      return try MeasureValues(of: ranking, against: judged, measures: [.reciprocalRank(cut: nil)]).means
    }
    #expect(try reciprocalRank([("\u{E9}", 1), ("e\u{301}", 1)]) == [1])
    #expect(try reciprocalRank([("\u{E9}", 1), ("e\u{301}", 2)]) == [0.5])
  }
}
