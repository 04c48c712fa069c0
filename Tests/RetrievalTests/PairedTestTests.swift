import TestSupport
import Testing

@testable import Retrieval

@Suite struct PairedTestTests {
  /// The share of all sign assignments by recursion, in floating point with a tolerance.
  private func bruteForce(_ differences: [Double]) -> Double {
    let observed = abs(differences.reduce(0, +))
    var hits = 0
    for signs in 0..<(1 << differences.count) {
      var sum = 0.0
      for (index, difference) in differences.enumerated() { sum += signs >> index & 1 == 1 ? -difference : difference }
      if abs(sum) >= observed - 1e-9 { hits += 1 }
    }
    return Double(hits) / Double(1 << differences.count)
  }

  @Test(arguments: 1...12)
  func countsEveryAssignmentForFewQueries(_ count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    for _ in 0..<10 {
      let before = (0..<count).map { _ in Double(Int.random(in: 0...4, using: &generator)) / 4 }
      let after = (0..<count).map { _ in Double(Int.random(in: 0...4, using: &generator)) / 4 }
      let test = try PairedTest(baseline: before, candidate: after)
      #expect(test.isExact)
      #expect(test.pValue == bruteForce(zip(before, after).map { $1 - $0 }))
    }
  }

  @Test func valuesByHand() throws {
    let test = try PairedTest(baseline: [0, 0, 0, 0, 0, 0.5], candidate: [1, 1, 1, 1, 1, 0.5])
    #expect(test.pValue == 2.0 / 32)
    #expect(test.wins == 5 && test.losses == 0 && test.ties == 1 && test.queryCount == 6)
    #expect(test.meanDifference == 5.0 / 6)
    #expect(test.verdict == .noDifference)
    let six = try PairedTest(baseline: [Double](repeating: 0, count: 6), candidate: [Double](repeating: 1, count: 6))
    #expect(six.pValue == 2.0 / 64)
    #expect(six.verdict == .improved)
    #expect(six.interval == 1...1)
    let worse = try PairedTest(baseline: [Double](repeating: 1, count: 6), candidate: [Double](repeating: 0, count: 6))
    #expect(worse.verdict == .worse && worse.meanDifference == -1)
    #expect(Verdict.allCases.map(\.description) == ["IMPROVED", "NO DIFFERENCE", "WORSE"])
  }

  /// The limit counts queries that differ, and all at once are the rarest assignment of signs.
  @Test func everyAssignmentIsCountedUpToTheLimit() throws {
    let limit = PairedTest.exactLimit
    func test(differing: Int) throws -> PairedTest {
      let changed = [Double](repeating: 1, count: differing)
      return try PairedTest(baseline: [Double](repeating: 0, count: differing + 3), candidate: changed + [0, 0, 0])
    }
    let last = try test(differing: limit)
    #expect(last.isExact && last.pValue == 2 / Double(1 << limit) && last.ties == 3)
    let first = try test(differing: limit + 1)
    #expect(!first.isExact && first.pValue < 0.001)
  }

  @Test func equalSystemsDoNotDiffer() throws {
    let values = (0..<100).map { Double($0) / 100 }
    let test = try PairedTest(baseline: values, candidate: values)
    #expect(test.pValue == 1 && test.verdict == .noDifference && test.ties == 100 && test.interval == 0...0)
  }

  @Test func differencesEqualUpToRoundingCountAsEqual() throws {
    // 0.3 - 0.2 and 0.1 differ in the last bit; as whole units they do not, so half of all sums reach the observed 0.
    let test = try PairedTest(baseline: [0.2, 0.1], candidate: [0.3, 0])
    #expect(test.meanDifference == 0)
    #expect(test.pValue == 1)
  }

  @Test func samplingAgreesWithTheNormalApproximation() throws {
    var generator = SeededGenerator(seed: 5)
    let before = (0..<400).map { _ in Double.random(in: 0...1, using: &generator) }
    let after = before.map { min(1, max(0, $0 + Double.random(in: -0.5...0.53, using: &generator))) }
    let test = try PairedTest(baseline: before, candidate: after, draws: 50_000)
    let differences = zip(before, after).map { $1 - $0 }
    let deviation = differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let z = abs(differences.reduce(0, +)) / deviation
    // 2 (1 - Φ(z)) by the series of Φ.
    var term = z
    var sum = z
    for k in 1..<60 {
      term *= z * z / Double(2 * k + 1)
      sum += term
    }
    let density = (1...40).reduce(1.0) { product, _ in product * expFraction(-z * z / 80) } / 2.5066282746310002
    #expect(abs(test.pValue - (1 - 2 * sum * density)) < 0.01)
    #expect(!test.isExact)
    let half = 1.96 * deviation / 400
    #expect(abs(test.interval.lowerBound - (test.meanDifference - half)) < half / 5)
    #expect(abs(test.interval.upperBound - (test.meanDifference + half)) < half / 5)
  }

  /// exp(x) for small x by its series.
  private func expFraction(_ x: Double) -> Double {
    (1...20).reversed().reduce(1.0) { 1 + x / Double($1) * $0 }
  }

  @Test func theSameSeedGivesTheSameBits() throws {
    var generator = SeededGenerator(seed: 6)
    let before = (0..<200).map { _ in Double.random(in: 0...1, using: &generator) }
    let after = (0..<200).map { _ in Double.random(in: 0...1, using: &generator) }
    let test = try PairedTest(baseline: before, candidate: after, seed: 9)
    #expect(try PairedTest(baseline: before, candidate: after, seed: 9) == test)
    let other = try PairedTest(baseline: before, candidate: after, seed: 10)
    #expect(other.interval != test.interval)
    // Recorded once: a change of the random numbers would change every verdict on record.
    #expect(test.pValue == PairedTestTests.recordedPValue)
  }

  private static let recordedPValue = 0.09499050094990501

  @Test func underTheNullFewVerdictsAreWrong() throws {
    var generator = SeededGenerator(seed: 7)
    var wrong = 0
    for seed in 0..<400 {
      let before = (0..<60).map { _ in Double.random(in: 0...1, using: &generator) }
      let after = (0..<60).map { _ in Double.random(in: 0...1, using: &generator) }
      let test = try PairedTest(baseline: before, candidate: after, draws: 1000, seed: UInt64(seed))
      if test.verdict != .noDifference { wrong += 1 }
    }
    // 5 % of 400 are 20, with a standard deviation of 4.4.
    #expect((4...37).contains(wrong))
  }

  @Test func comparesEvaluations() throws {
    func evaluation(_ grade: Int, _ queries: [String]) throws -> MeasureValues {
      var ranking = Ranking()
      for query in queries { try ranking.append(query: query, documents: documents([("a", 1)])) }
      let judgments = queries.map { JudgedTopic(query: $0, grades: [("a", grade), ("b", 1)]) }
      return try MeasureValues(of: ranking, against: judgments, measures: [.success(cut: 1)])
    }
    let queries = (0..<8).map { "q\($0)" }
    let test = try PairedTest(
      of: .success(cut: 1), baseline: evaluation(0, queries), candidate: evaluation(1, queries))
    #expect(test.wins == 8 && test.verdict == .improved)
    #expect(
      message {
        _ = try PairedTest(of: .rPrecision, baseline: evaluation(0, queries), candidate: evaluation(1, queries))
      } == "a paired test of Rprec needs evaluations with that measure; measure it for both runs")
    #expect(
      message {
        _ = try PairedTest(
          of: .success(cut: 1), baseline: evaluation(0, queries), candidate: evaluation(1, ["q0", "q9"]))
      } == "a paired test needs the same queries in both runs, found 8 in the baseline and 2 in the candidate; "
        + "search both with the same queries, or count missing ones as 0")
  }

  @Test func refusesWhatCannotBeCompared() {
    #expect(
      message { _ = try PairedTest(baseline: [], candidate: []) }
        == "a paired test needs one value of each system per query, of 1 to 1048576 queries; "
        + "found 0 of the baseline and 0 of the candidate")
    #expect(
      message { _ = try PairedTest(baseline: [1], candidate: [1, 2]) }
        == "a paired test needs one value of each system per query, of 1 to 1048576 queries; "
        + "found 1 of the baseline and 2 of the candidate")
    #expect(
      message { _ = try PairedTest(baseline: [.nan], candidate: [1]) }
        == "a paired test needs values between -1 and 1, found another; evaluate both runs again")
    #expect(
      message { _ = try PairedTest(baseline: [1], candidate: [1], draws: 10) }
        == "a paired test needs at least 1000 draws, found 10; use 10000 or more")
  }
}
