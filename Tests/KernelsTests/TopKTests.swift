import Kernels
import TestSupport
import Testing

@Suite struct TopKTests {
  /// One query and many, documents of less than a tile, several tiles and several parts.
  @Test(arguments: [0, 1, 2, 3, 257, 600]) func largestProductsEqualASort(queries: Int) throws {
    var generator = SeededGenerator(seed: 1)
    try withEvery("documents", in: queries > 3 ? [1, 100, 769] : [0, 1, 2, 15, 17, 100, 767, 769, 9000]) { documents in
      try withEvery("width", in: [1, 3, 17]) { width in
        try withEvery("kept", in: [0, 1, 2, 10, 100, 10_000]) { kept in
          try check(queries: queries, documents: documents, width: width, kept: kept, &generator)
        }
      }
    }
  }

  /// Small integers, so that products are exact and many are equal.
  private func check(
    queries: Int, documents: Int, width: Int, kept: Int, _ generator: inout SeededGenerator
  ) throws {
    let q = generator.integers(queries * width, in: -3..<4).map { Float($0) }
    let d = generator.integers(documents * width, in: -3..<4).map { Float($0) }
    let breakers = (0..<UInt32(documents)).shuffled(using: &generator)
    let found = largestProducts(
      queries: Matrix(FloatBuffer(q), queries, width), documents: Matrix(FloatBuffer(d), documents, width), count: kept,
      tieBreakers: breakers)
    try expect(found.count == queries, "\(found.count) lists")
    for query in 0..<queries {
      let scores = (0..<documents).map { document in
        (0..<width).reduce(Float(0)) { $0 + q[query * width + $1] * d[document * width + $1] }
      }
      let best = zip(scores, breakers).sorted { $0 > $1 }.prefix(kept)
      try expect(
        found[query].map(\.tieBreaker) == best.map(\.1) && found[query].map(\.score) == best.map(\.0),
        "query \(query): the list is not the head of the sorted scores")
    }
  }

  @Test func bestScoresDoNotDependOnTheOrderOfOffers() throws {
    var generator = SeededGenerator(seed: 2)
    try withEvery("offers", in: [0, 1, 2, 7, 100, 5000]) { count in
      let offers = (0..<count).map {
        (score: Float(Int.random(in: -20...20, using: &generator)), tieBreaker: UInt32($0))
      }
      let sorted = offers.sorted { ($0.score, $0.tieBreaker) > ($1.score, $1.tieBreaker) }
      try withEvery("kept", in: [-1, 0, 1, 3, 100, 6000]) { kept in
        try withEvery(
          "order", in: [offers, offers.reversed(), sorted, sorted.reversed(), offers.shuffled(using: &generator)]
        ) {
          var best = BestScores(count: kept)
          for offer in $0 { best.offer(offer.score, tieBreaker: offer.tieBreaker) }
          let found = best.descending()
          let expected = sorted.prefix(max(0, kept))
          try expect(
            found.map(\.tieBreaker) == expected.map(\.tieBreaker) && found.map(\.score) == expected.map(\.score),
            "not the head of the sorted offers")
        }
      }
    }
  }

  @Test func zerosAreEqualAndInfinitiesRank() {
    var best = BestScores(count: 4)
    for (index, score) in [-0.0, 0, -.infinity, .infinity, 1].enumerated() as EnumeratedSequence<[Float]> {
      best.offer(score, tieBreaker: UInt32(index))
    }
    #expect(best.descending().map(\.tieBreaker) == [3, 4, 1, 0])
  }

  @Test(arguments: [0, 1, 15, 16, 17, 100]) func findsTheFirstNumberOutOfRange(place: Int) {
    for value in [Float.nan, .infinity, -.infinity, 2.5, -2.5] {
      var elements = [Float](repeating: 2, count: 120)
      elements[place] = value
      elements[119] = value
      #expect(firstBeyond(2, in: FloatBuffer(elements)) == place, "\(value)")
    }
    #expect(firstBeyond(2, in: FloatBuffer([2, -2, 0])) == nil)
    #expect(firstBeyond(2, in: FloatBuffer([])) == nil)
  }
}
