import Testing

@testable import Retrieval

/// The rules of mining, each alone and in order.
@Suite struct MiningTests {
  private let texts = [
    "a tool that plays chess against you", "an editor of vector drawings", "A tool, that plays CHESS against you!",
    "find lost files", "find lost files", "play chess",
  ]
  private let query = MiningQuery(
    text: "play chess",
    positives: [
      .init(text: "a tool that plays chess against you", score: 0.8), .init(text: "an engine of chess", score: 0.6),
    ], knownDocuments: [0])

  /// Candidates by document, best first.
  private func candidates(_ scores: KeyValuePairs<Int, Float>) -> [MiningCandidate] {
    scores.map { MiningCandidate(document: $0.key, score: $0.value) }
  }

  private func left(by rule: some MiningRule, of scores: KeyValuePairs<Int, Float>) throws -> [Int] {
    var corpus = MiningCorpus(texts: texts)
    return try rule.survivors(of: candidates(scores), for: query, in: &corpus).map(\.document)
  }

  @Test func knownPositivesAreDropped() throws {
    #expect(try left(by: KnownPositivesRule(), of: [0: 0.9, 2: 0.8, 1: 0.1]) == [2, 1])
  }

  @Test func knownPositivesAreNoNegativesWithAnyRules() throws {
    let promoting = JudgeRule(below: 0.1, above: 0.5) { _, documents in documents.map { _ in 1 } }
    for rules in [[], [SkipTopRule(count: 0)], [promoting]] as [[any MiningRule]] {
      var miner = NegativeMiner(corpus: MiningCorpus(texts: texts), rules: rules, selection: .first, seed: 0)
      let source = NegativeMiner.Source(candidates: candidates([0: 0.9, 1: 0.1]), quota: 2)
      let found = try miner.negatives(of: query, number: 0, from: [source, source])
      #expect((found.negatives + found.promoted).map(\.document) == [1])
      #expect(miner.tallies.count == rules.count + 1 && miner.tallies[0].dropped == 2)
    }
  }

  @Test func lightlyEditedCopiesOfAPositiveAreNearDuplicates() throws {
    #expect(try left(by: NearDuplicatesRule(similarity: 0.7), of: [2: 0.8, 5: 0.7, 1: 0.1]) == [5, 1])
    #expect(try left(by: NearDuplicatesRule(similarity: 1), of: [2: 0.8]) == [], "case and punctuation do not count")
  }

  @Test(arguments: [
    ("find lost files", "find lost files", 1.0), ("abcde", "abcdf", 1.0 / 3), ("ab", "ab", 1), ("ab", "ac", 0),
    ("", "", 0), ("¡!", "?", 0), ("Ünïcode", "üNÏCODE", 1),
  ])
  func resemblanceIsTheJaccardIndex(_ first: String, _ second: String, _ index: Double) {
    let (a, b) = (Shingles(first), Shingles(second))
    if index > 0 { #expect(a.resemblance(to: b, reaches: index)) }
    #expect(!a.resemblance(to: b, reaches: index + 0.01))
  }

  @Test func theQueryItselfAndRepeatedTextsAreDropped() throws {
    #expect(try left(by: QueryTextRule(), of: [5: 0.9, 1: 0.1]) == [1])
    var corpus = MiningCorpus(texts: ["PLAY  chess?", "play chess with me"])
    #expect(
      QueryTextRule().survivors(of: candidates([0: 0.9, 1: 0.8]), for: query, in: &corpus).map(\.document) == [1])
    #expect(try left(by: RepeatedTextsRule(), of: [4: 0.9, 3: 0.8, 1: 0.1]) == [4, 1])
  }

  @Test func ranksCountAmongWhatIsLeft() throws {
    let scores: KeyValuePairs<Int, Float> = [0: 0.9, 1: 0.8, 2: 0.7, 3: 0.6]
    #expect(try left(by: RankWindowRule(from: 2, to: 3), of: scores) == [1, 2])
    #expect(try left(by: RankWindowRule(from: 4), of: scores) == [3])
    #expect(try left(by: RankWindowRule(from: 9, to: 12), of: scores) == [])
    #expect(try left(by: SkipTopRule(count: 1), of: scores) == [1, 2, 3])
    #expect(try left(by: SkipTopRule(count: 9), of: scores) == [])
  }

  @Test func scoresAndMarginsKeepWhatLiesOnTheLimit() throws {
    let scores: KeyValuePairs<Int, Float> = [0: 0.75, 1: 0.5, 2: 0.25, 3: -0.5]
    #expect(try left(by: ScoreRangeRule(floor: 0.25, ceiling: 0.5), of: scores) == [1, 2])
    #expect(try left(by: ScoreRangeRule(ceiling: 0.25), of: scores) == [2, 3])
    // The positives score 0.8 and 0.6.
    #expect(try left(by: AbsoluteMarginRule(margin: 0.2), of: scores) == [2, 3])
    #expect(try left(by: AbsoluteMarginRule(margin: 0.2, anchor: .highest), of: scores) == [1, 2, 3])
    #expect(try left(by: AbsoluteMarginRule(margin: 0.2, anchor: .mean), of: scores) == [1, 2, 3])
    #expect(try left(by: RelativeMarginRule(margin: 0.05), of: scores) == [1, 2, 3])
    #expect(try left(by: RelativeMarginRule(margin: 0.05, anchor: .highest), of: scores) == [0, 1, 2, 3])
    #expect(try left(by: RelativeMarginRule(margin: 0.5), of: scores) == [2, 3])
  }

  /// A margin lowers the limit also where the positive's score is negative.
  @Test func aRelativeMarginIsAShareOfTheMagnitude() throws {
    var negative = query
    negative.positives = [.init(text: "x", score: -0.4)]
    var corpus = MiningCorpus(texts: texts)
    let left = RelativeMarginRule(margin: 0.5).survivors(
      of: candidates([1: -0.3, 2: -0.5, 3: -0.7]), for: negative, in: &corpus)
    #expect(left.map(\.document) == [3])
  }

  // MARK: - Selection

  private let many = (0..<50).map { MiningCandidate(document: $0, score: 1 - Float($0) / 50) }

  @Test func theFirstAreTheBest() throws {
    #expect(NegativeSelection.first.chosen(3, of: many, query: 0, seed: 1).map(\.document) == [0, 1, 2])
    #expect(NegativeSelection.first.chosen(80, of: many, query: 0, seed: 1).count == 50)
    #expect(NegativeSelection.uniform.chosen(0, of: many, query: 0, seed: 1).isEmpty)
    #expect(NegativeSelection.uniform.chosen(2, of: [], query: 0, seed: 1).isEmpty)
  }

  @Test(arguments: [NegativeSelection.uniform, .softmax(temperature: 0.1)])
  func randomChoicesDependOnSeedAndQueryAlone(_ selection: NegativeSelection) {
    let chosen = selection.chosen(5, of: many, query: 7, seed: 17)
    #expect(chosen.count == 5 && Set(chosen.map(\.document)).count == 5)
    #expect(chosen.map(\.document) == chosen.map(\.document).sorted(), "the order stays")
    #expect(chosen == selection.chosen(5, of: many, query: 7, seed: 17))
    #expect(chosen != selection.chosen(5, of: many, query: 8, seed: 17))
    #expect(chosen != selection.chosen(5, of: many, query: 7, seed: 18))
  }

  /// One draw of 20,000 from four candidates, against the probabilities; three standard deviations are 0.011 at most.
  @Test func drawsFollowTheirProbabilities() throws {
    let four = [0.3, 0.2, 0.1, 0].enumerated().map { MiningCandidate(document: $0.offset, score: Float($0.element)) }
    func shares(_ selection: NegativeSelection) -> [Double] {
      var counts = [Double](repeating: 0, count: 4)
      for query in 0..<20_000 { counts[selection.chosen(1, of: four, query: query, seed: 5)[0].document] += 1 / 20_000 }
      return counts
    }
    for share in shares(.uniform) { #expect(abs(share - 0.25) < 0.011) }
    // e^3, e^2, e^1, e^0 over their sum.
    for (share, expected) in zip(shares(.softmax(temperature: 0.1)), [0.6439, 0.2369, 0.0871, 0.0321]) {
      #expect(abs(share - expected) < 0.011)
    }
  }

  // MARK: - All together

  @Test func rulesApplyInOrderAndCountWhatTheyDrop() throws {
    var miner = NegativeMiner(
      corpus: MiningCorpus(texts: texts),
      rules: [QueryTextRule(), RelativeMarginRule(margin: 0.05), NearDuplicatesRule(similarity: 0.7)],
      selection: .first, seed: 0)
    let model = NegativeMiner.Source(
      candidates: candidates([0: 0.9, 5: 0.7, 3: 0.58, 2: 0.5, 1: 0.4]), quota: 1)
    let words = NegativeMiner.Source(candidates: candidates([3: 0.58, 4: 0.55, 1: 0.4]), quota: 2)
    let negatives = try miner.negatives(of: query, number: 0, from: [model, words]).negatives
    // 0.58 passes 0.6 · 0.95 = 0.57 by nothing: it is above, so the margin drops it in both sources.
    #expect(negatives.map(\.document) == [1, 4])
    #expect(
      miner.tallies == [
        .init(seen: 7, dropped: 1), .init(seen: 6, dropped: 1), .init(seen: 5, dropped: 2), .init(seen: 3, dropped: 1),
      ])
  }

  @Test func aJudgeKeepsBelowDropsBetweenAndPromotesAbove() throws {
    /// The share of the query's words that a document has.
    let judge = JudgeRule(below: 0.4, above: 0.9) { query, documents in
      let words = query.split(separator: " ")
      return documents.map { text in Float(words.count { text.contains($0) }) / Float(words.count) }
    }
    var miner = NegativeMiner(
      corpus: MiningCorpus(texts: texts), rules: [judge], selection: .first, seed: 0)
    let first = NegativeMiner.Source(candidates: candidates([0: 0.9, 5: 0.7, 1: 0.4]), quota: 5)
    let second = NegativeMiner.Source(candidates: candidates([5: 0.7, 3: 0.58]), quota: 5)
    let found = try miner.negatives(of: query, number: 0, from: [first, second])
    // "play chess" has every word, so it fits the query; the second source does not see it again.
    #expect(found.promoted.map(\.document) == [5])
    #expect(found.negatives.map(\.document) == [1, 3])
    #expect(miner.tallies[1] == .init(seen: 3, dropped: 1, promoted: 1))
    let cautious = JudgeRule(below: 0.4, above: nil) { _, documents in documents.map { _ in 0.99 } }
    #expect(try left(by: cautious, of: [1: 0.5]) == [])
  }

  @Test(arguments: [[0.5, .nan] as [Float], [0.5]])
  func scoresThatAreNoScoresAreAnError(_ scores: [Float]) {
    #expect(throws: RetrievalError.self) {
      try left(by: JudgeRule(below: 1, above: nil) { _, _ in scores }, of: [0: 0.9, 1: 0.1])
    }
  }

  @Test func whereNothingIsLeftThereAreNoNegatives() throws {
    var miner = NegativeMiner(
      corpus: MiningCorpus(texts: ["only"]), rules: [], selection: .first, seed: 0)
    let only = MiningQuery(text: "q", positives: [.init(text: "only", score: 1)], knownDocuments: [0])
    let source = NegativeMiner.Source(candidates: [MiningCandidate(document: 0, score: 1)], quota: 3)
    #expect(try miner.negatives(of: only, number: 0, from: [source]) == .init())
    #expect(try miner.negatives(of: only, number: 1, from: []) == .init())
  }
}
