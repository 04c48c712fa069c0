import Datasets
import Evaluation
import Files
import JSONText
import Retrieval
import TestSupport
import Testing

@testable import Recipes

@Suite struct QueryChangesTests {
  private let folder = TemporaryFolder()

  /// A collection of queries q0, q1, … of which query n fits document n with grade 1, and document n + 1 is judged 0.
  private func plan(queries: Int) throws -> EvaluationPlan {
    try folder.write(
      "corpus.jsonl",
      (0..<queries + 20).map { "{\"_id\": \"d\($0)\", \"title\": \"title \($0)\", \"text\": \"text \($0)\"}\n" }
        .joined())
    try folder.write(
      "queries.jsonl", (0..<queries).map { "{\"_id\": \"q\($0)\", \"text\": \"question \($0)\"}\n" }.joined())
    try folder.write(
      "qrels/test.tsv",
      "query-id\tcorpus-id\tscore\n" + (0..<queries).map { "q\($0)\td\($0)\t1\nq\($0)\td\($0 + 1)\t0\n" }.joined())
    return try EvaluationPlan(
      Collection(folder: folder.path), splits: ["test"], measures: [.reciprocalRank(cut: nil)], warn: { _ in })
  }

  /// A ranking with the fitting document of each query at a rank from 1 on; 0 leaves it out.
  private func ranking(_ ranks: [Int]) throws -> Ranking {
    var ranking = Ranking()
    for (query, rank) in ranks.enumerated() {
      var ids = (1...8).map { "d\((query + $0) % (ranks.count + 20))" }
      if rank > 0 { ids.insert("d\(query)", at: rank - 1) }
      try ranking.append(
        query: "q\(query)",
        documents: ids.enumerated().map { ScoredDocument(id: $0.element, score: 1 - Float($0.offset) / 16) })
    }
    return ranking
  }

  @Test func gainsAndLossesAreThoseOfTheMeasure() throws {
    let plan = try plan(queries: 5)
    let changes = try #require(
      try QueryChanges(
        plan, base: [ranking([2, 1, 4, 1, 0])], tuned: [ranking([1, 3, 1, 1, 7])], names: ("base", "tuned")))
    #expect(changes.gains.map(\.id) == ["q2", "q0", "q4"])
    #expect(changes.losses.map(\.id) == ["q1"])
    #expect(changes.gains[0].base == 0.25 && changes.gains[0].tuned == 1)
    #expect(changes.gains[0].text == "question 2")
    #expect(changes.depth == 9)
    #expect(changes.split == "test" && changes.measure == .reciprocalRank(cut: nil))

    let top = changes.losses[0]
    #expect(top.baseTop.map(\.id) == ["d1", "d2", "d3", "d4", "d5"])
    #expect(top.tunedTop.map(\.id) == ["d2", "d3", "d1", "d4", "d5"])
    #expect(top.tunedTop.map(\.grade) == [0, nil, 1, nil, nil])
    #expect(top.tunedTop.map(\.rank) == [1, 2, 3, 4, 5])
    #expect(top.baseTop[0].text == "title 1 text 1")
    #expect(top.relevant.map(\.id) == ["d1"] && top.relevant[0].base == 1 && top.relevant[0].tuned == 3)
    // Beyond the documents that are shown, the rank is still said.
    #expect(changes.gains[2].relevant.map(\.base) == [nil] && changes.gains[2].relevant.map(\.tuned) == [7])
  }

  @Test func nothingIsShownWhereNothingChanges() throws {
    let plan = try plan(queries: 3)
    #expect(
      try QueryChanges(plan, base: [ranking([1, 2, 3])], tuned: [ranking([1, 2, 3])], names: ("base", "tuned")) == nil)
  }

  @Test func onlyTheLargestChangesAreKept() throws {
    let plan = try plan(queries: 60)
    let (low, high) = ((0..<60).map { $0 % 8 + 2 }, [Int](repeating: 1, count: 60))
    let changes = try #require(
      try QueryChanges(plan, base: [ranking(low)], tuned: [ranking(high)], names: ("base", "tuned")))
    #expect(changes.gains.count == 10 && changes.losses.isEmpty)
    // Equal gains stand in the order of their identifiers.
    #expect(changes.gains.map(\.id) == ["q15", "q23", "q31", "q39", "q47", "q55", "q7"] + ["q14", "q22", "q30"])
    #expect(changes.gains.allSatisfy { $0.baseTop.count == 5 && $0.tunedTop.count == 5 })
  }
}

@Suite struct OutrankedPositivesTests {
  private func candidates(_ scores: [Float]) -> [MiningCandidate] {
    scores.enumerated().map { MiningCandidate(document: $0.offset, score: $0.element) }
  }

  @Test func theLowestStandFirst() {
    var outranked = OutrankedPositives()
    func add(_ query: String, _ score: Float, _ others: [Float], isAll: Bool = false) {
      outranked.add(
        MiningQuery.Positive(text: "positive of \(query)", score: score), of: query, among: candidates(others),
        isAll: isAll
      ) { "document \($0)" }
    }
    add("first", 0.9, [0.8, 0.7])
    add("second", 0.5, [0.8, 0.6, 0.4])
    add("third", 0.1, [0.8, 0.6, 0.4])
    add("fourth", 0.1, [0.2], isAll: true)
    #expect(outranked.looked == 4 && outranked.count == 3)
    #expect(outranked.entries.map(\.query) == ["third", "second", "fourth"])
    #expect(outranked.entries.map(\.above) == [3, 2, 1])
    #expect(outranked.entries.map(\.isAtLeast) == [true, false, false])
    #expect(outranked.entries[0].best == "document 0" && outranked.entries[0].bestScore == 0.8)
  }

  @Test func fewAreKeptOfMany() {
    var outranked = OutrankedPositives()
    for number in 0..<1000 {
      let above = number * 7 % 50 + 1
      outranked.add(
        MiningQuery.Positive(text: "p", score: 0), of: "\(number)",
        among: candidates([Float](repeating: 1, count: above)), isAll: true
      ) { _ in "d" }
    }
    #expect(outranked.count == 1000 && outranked.entries.count == 20)
    #expect(outranked.entries.allSatisfy { $0.above == 50 })
  }

  @Test func aLogHasThemAgain() throws {
    var outranked = OutrankedPositives()
    outranked.add(
      MiningQuery.Positive(text: "positive", score: 0.25), of: "query", among: candidates([0.5]), isAll: true
    ) { _ in "best" }
    let again = try #require(OutrankedPositives(outranked.json))
    #expect(again.json == outranked.json && again.entries.count == 1)
    #expect(OutrankedPositives(nil) == nil && OutrankedPositives(["positives": 1]) == nil)
    let edited: JSONValue = ["positives": 1, "outranked": 1, "worst": [["query": 3], "text"]]
    #expect(OutrankedPositives(edited)?.entries.isEmpty == true)
  }
}
