import Kernels
import TestSupport
import Testing

@testable import Retrieval

@Suite(.serialized) struct ExactSearchTests {
  private func vectors(_ count: Int, _ width: Int, _ generator: inout SeededGenerator, grid: Float? = nil) throws
    -> Vectors
  {
    let numbers = (0..<count * width).map { _ in
      let number = Float.random(in: -1...1, using: &generator)
      return grid.map { (number / $0).rounded() * $0 } ?? number
    }
    return try Vectors(numbers, count: count, width: width)
  }

  /// All documents in the order of their scores for a query.
  private func bruteForce(_ documents: Vectors, _ ids: [String], _ query: Int, of queries: Vectors) -> [ScoredDocument]
  {
    let width = documents.width
    let scored = ids.enumerated().map { position, id in
      let score = (0..<width).reduce(0.0) { sum, column in
        sum + Double(queries.buffer[query * width + column]) * Double(documents.buffer[position * width + column])
      }
      return ScoredDocument(id: id, score: Float(score))
    }
    return scored.sorted { $0.ranksAbove($1) }
  }

  /// Small multiples of 1/4: every product and sum is exact in 32 bits, so ties are real and common.
  @Test(arguments: [0, 1, 2, 3, 17, 255, 256, 257, 600], [0, 1, 2, 15, 16, 17, 511, 513, 2000])
  func equalsBruteForceWithManyTies(_ queryCount: Int, _ documentCount: Int) throws {
    var generator = SeededGenerator(seed: UInt64(queryCount * 10_000 + documentCount))
    let width = [1, 3, 8, 20][(queryCount + documentCount) % 4]
    let documents = try vectors(documentCount, width, &generator, grid: 0.5)
    let queries = try vectors(queryCount, width, &generator, grid: 0.5)
    let ids = (0..<documentCount).map { "d\($0)" }.shuffled(using: &generator)
    let search = try ExactSearch(documents: documents, ids: ids)
    let checked = Array(stride(from: 0, to: queryCount, by: max(1, queryCount / 4)))
    let expected = checked.map { bruteForce(documents, ids, $0, of: queries) }
    for top in [0, 1, 10, 100, documentCount] {
      let found = try search.search(queries, top: top)
      #expect(found.count == queryCount)
      for (query, all) in zip(checked, expected) { #expect(found[query] == Array(all.prefix(top))) }
    }
  }

  @Test func equalsBruteForceOverManyParts() throws {
    var generator = SeededGenerator(seed: 11)
    let documents = try vectors(40_000, 4, &generator, grid: 0.25)
    let queries = try vectors(5, 4, &generator, grid: 0.25)
    let ids = (0..<40_000).map { "d\($0)" }
    let search = try ExactSearch(documents: documents, ids: ids)
    let expected = (0..<5).map { bruteForce(documents, ids, $0, of: queries) }
    for top in [1, 50, 1000, 39_999] {
      let found = try search.search(queries, top: top)
      for query in 0..<5 { #expect(found[query] == Array(expected[query].prefix(top))) }
    }
  }

  @Test func realVectorsRankLikeDoubles() throws {
    var generator = SeededGenerator(seed: 12)
    let documents = try vectors(3000, 64, &generator)
    let queries = try vectors(40, 64, &generator)
    let ids = (0..<3000).map { "d\($0)" }
    let found = try ExactSearch(documents: documents, ids: ids).search(queries, top: 20)
    for query in 0..<40 {
      let expected = bruteForce(documents, ids, query, of: queries)
      #expect(found[query].count == 20)
      for (ours, theirs) in zip(found[query], expected) { #expect(abs(ours.score - theirs.score) < 1e-5) }
    }
  }

  @Test func givesTheSameBitsAtAnyThreadCount() throws {
    var generator = SeededGenerator(seed: 13)
    let documents = try vectors(9000, 32, &generator)
    let queries = try vectors(700, 32, &generator)
    let search = try ExactSearch(documents: documents, ids: (0..<9000).map { "d\($0)" })
    let before = Threads.count
    defer { Threads.configure(count: before) }
    let results = try [1, 2, 3].map { count in
      Threads.configure(count: count)
      return try search.search(queries, top: 30)
    }
    #expect(results[0] == results[1] && results[1] == results[2])
  }

  @Test func negativeZeroTiesWithZero() throws {
    let documents = try Vectors([-1, 1, 0], count: 3, width: 1)
    let queries = try Vectors([0], count: 1, width: 1)
    let found = try ExactSearch(documents: documents, ids: ["c", "b", "a"]).search(queries, top: 3)
    #expect(found[0].map(\.id) == ["c", "b", "a"])
  }

  @Test func runsCarryIdentifiers() throws {
    let documents = try Vectors([1, 0, 0, 1, 1, 1], count: 3, width: 2)
    let queries = try Vectors([1, 0, 0, 2], count: 2, width: 2)
    let search = try ExactSearch(documents: documents, ids: ["x", "y", "z"])
    let ranking = try search.search(queries, ids: ["q1", "q2"], top: 2)
    #expect(ranking.queries == ["q1", "q2"])
    #expect(ranking["q1"]?.map(\.id) == ["z", "x"])
    #expect(ranking["q2"] == [ScoredDocument(id: "z", score: 2), ScoredDocument(id: "y", score: 2)])
  }

  @Test func productsAreThoseOfOneRowWithTheChosenOnes() throws {
    let queries = try Vectors([9, 9, 9, 1, 2, -3], count: 2, width: 3)
    let documents = try Vectors([1, 0, 0, 0, 1, 0, 4, 5, 6, 0.5, 0, 0.5], count: 4, width: 3)
    // In the order they are asked for, repetitions included.
    #expect(queries.products(of: 1, with: [2, 0, 3, 0], of: documents) == [-4, 1, -1, 1])
    #expect(queries.products(of: 1, with: [], of: documents) == [])
  }

  @Test func refusesWhatDoesNotFit() throws {
    let two = try Vectors([1, 2], count: 2, width: 1)
    let wide = try Vectors([1, 2], count: 1, width: 2)
    #expect(
      message { _ = try Vectors([1, 2, 3], count: 2, width: 2) }
        == "expected 2 vectors of 2 numbers each, found 3 numbers; encode the texts again")
    #expect(
      message { _ = try Vectors([1], count: .max, width: 2) }
        == "expected \(Int.max) vectors of 2 numbers each, found 1 numbers; encode the texts again")
    #expect(
      message { _ = try Vectors([1, 2, .nan, 4], count: 2, width: 2) }
        == "vector 1 holds nan, which cannot be ranked; check the model that made it")
    let many = [Float](repeating: 0.5, count: 50) + [-1e16] + [Float](repeating: 0.5, count: 50)
    #expect(
      message { _ = try Vectors(many, count: 101, width: 1) }
        == "vector 50 holds -1e+16, which cannot be ranked; check the model that made it")
    #expect(
      message { _ = try ExactSearch(documents: two, ids: ["a"]) }
        == "an index needs one identifier per vector, found 1 identifiers and 2 vectors")
    #expect(
      message { _ = try ExactSearch(documents: two, ids: ["a", "a"]) }
        == "document \"a\" occurs twice in the corpus; give each document an identifier of its own")
    let search = try ExactSearch(documents: two, ids: ["a", "b"])
    #expect(
      message { _ = try search.search(wide, top: 1) }
        == "the queries' vectors have 2 numbers and the documents' 1; encode both with the same model")
    #expect(
      message { _ = try search.search(two, ids: ["q"], top: 1) }
        == "a search needs one identifier per query, found 1 identifiers and 2 vectors")
    #expect(
      message { _ = try search.search(two, ids: ["q", "q"], top: 1) }
        == "query \"q\" occurs twice; a run has one list per query")
  }
}

@Suite struct BestScoresTests {
  /// Orders that make bad pivots, and every size around a full buffer.
  @Test(arguments: [0, 1, 2, 3, 5, 16, 100])
  func keepsTheLargestInAnyOrder(_ kept: Int) {
    var generator = SeededGenerator(seed: UInt64(kept))
    for count in [0, 1, kept, 2 * kept - 1, 2 * kept, 2 * kept + 1, 500] where count >= 0 {
      let ascending = (0..<count).map { Float($0 / 3) }
      let sawtooth = (0..<count).map { Float($0 % 7) }
      for scores in [ascending, ascending.reversed(), sawtooth, ascending.shuffled(using: &generator)] {
        var best = BestScores(count: kept)
        for (place, score) in scores.enumerated() { best.offer(score, tieBreaker: UInt32(place)) }
        let expected = scores.enumerated().sorted { ($0.element, $0.offset) > ($1.element, $1.offset) }.prefix(kept)
        #expect(best.descending().map(\.score) == expected.map(\.element))
        #expect(best.descending().map { Int($0.tieBreaker) } == expected.map(\.offset))
      }
    }
  }
}

@Suite struct FusionTests {
  private func run(_ lists: [String: [(String, Float)]]) throws -> Ranking {
    var ranking = Ranking()
    for (query, pairs) in lists.sorted(by: { $0.key < $1.key }) {
      try ranking.append(query: query, documents: documents(pairs))
    }
    return ranking
  }

  @Test func addsReciprocalRanks() throws {
    let first = try run(["q": [("a", 9), ("b", 5), ("c", 1)]])
    let second = try run(["q": [("c", 0.3), ("d", 0.2)], "p": [("x", 1)]])
    let fused = try Ranking.fused([first, second])
    #expect(fused.queries == ["q", "p"])
    #expect(
      fused["q"]
        == documents([
          ("c", Float(1.0 / 63 + 1.0 / 61)), ("a", Float(1.0 / 61)), ("d", Float(1.0 / 62)), ("b", Float(1.0 / 62)),
        ]))
    #expect(fused["p"] == documents([("x", Float(1.0 / 61))]))
  }

  @Test func weighsAndCuts() throws {
    let first = try run(["q": [("a", 9), ("b", 5)]])
    let second = try run(["q": [("b", 9), ("a", 5)]])
    let fused = try Ranking.fused([first, second], weights: [1, 3], constant: 0, depth: 1)
    #expect(fused["q"] == documents([("b", 3.5)]))
  }

  @Test func refusesBadSettings() throws {
    let one = try run(["q": [("a", 1)]])
    #expect(message { _ = try Ranking.fused([]) } == "fusion needs at least one run, found none; name two or more")
    #expect(
      message { _ = try Ranking.fused([one], weights: [1, 2]) }
        == "fusion needs one weight per run: expected 1, found 2; give as many as runs")
    #expect(
      message { _ = try Ranking.fused([one], weights: [-1]) }
        == "fusion weights must lie between 0 and 1000000.0, not all 0; found [-1.0]")
    #expect(
      message { _ = try Ranking.fused([one], weights: [0]) }
        == "fusion weights must lie between 0 and 1000000.0, not all 0; found [0.0]")
    #expect(
      message { _ = try Ranking.fused([one], constant: -1) }
        == "the fusion constant must be finite and at least 0; found -1.0, 60 is usual")
  }
}
