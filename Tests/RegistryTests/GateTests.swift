import JSONText
import TestSupport
import Testing

@testable import Registry

@Suite struct GateTests {
  /// Values of a split under two models, whose difference has a mean and a spread.
  private func values(
    _ name: String = "dev", count: Int = 200, gain: Double, spread: Double = 0.05, seed: UInt64 = 1
  ) -> PairedValues {
    var generator = SeededGenerator(seed: seed)
    let champion = (0..<count).map { _ in Double.random(in: 0.3...0.6, using: &generator) }
    let candidate = champion.map { $0 + gain + Double.random(in: -spread...spread, using: &generator) }
    return PairedValues(
      name: name, measure: "nDCG@10", queries: (0..<count).map { "q\($0)" }, champion: champion, candidate: candidate)
  }

  private func outcome(_ decision: GateDecision, of check: String) -> GateDecision.Check.Outcome? {
    decision.checks.first { $0.name == check }?.outcome
  }

  @Test func aBetterCandidateIsPromoted() throws {
    let decision = try GateDecision(GateEvidence(deciding: values(gain: 0.03)))
    #expect(decision.isPromoted)
    #expect(decision.json.objectValue?["outcome"]?.stringValue == "promoted")
    #expect(outcome(decision, of: "effect") == .passed)
  }

  @Test func aGainThatIsTooSmallOrUncertainIsRefused() throws {
    let small = try GateDecision(GateEvidence(deciding: values(gain: 0.001, spread: 0.0001)))
    #expect(!small.isPromoted && small.reasons.count == 1)
    let uncertain = try GateDecision(GateEvidence(deciding: values(count: 20, gain: 0.01, spread: 0.3)))
    #expect(!uncertain.isPromoted)
    #expect(!(try GateDecision(GateEvidence(deciding: values(gain: -0.03))).isPromoted))
  }

  @Test func harmOnOneSliceRefuses() throws {
    var evidence = GateEvidence(deciding: values(gain: 0.03))
    evidence.slices = [values("tags", gain: -0.03, seed: 2), values("tiny", count: 3, gain: -0.5, seed: 3)]
    let decision = try GateDecision(evidence)
    #expect(!decision.isPromoted)
    #expect(decision.checks.filter { $0.name == "harm" }.map(\.outcome) == [.failed, .skipped])
    evidence.slices = [values("tags", gain: -0.01, seed: 2)]
    #expect(try GateDecision(evidence).isPromoted)
  }

  @Test func theHeldOutSplitIsMeasuredOnlyForWhatPassesAllElse() throws {
    var looks = 0
    var evidence = GateEvidence(deciding: values(gain: 0.0))
    evidence.heldOut = {
      looks += 1
      return values("held", gain: 0.01, seed: 5)
    }
    #expect(!(try GateDecision(evidence).isPromoted))
    #expect(looks == 0)
    evidence.deciding = values(gain: 0.03)
    #expect(try GateDecision(evidence).isPromoted)
    #expect(looks == 1)
    evidence.heldOut = { values("held", gain: -0.01, seed: 5) }
    #expect(!(try GateDecision(evidence).isPromoted))
    evidence.heldOut = { PairedValues(name: "held", measure: "nDCG@10", queries: [], champion: [], candidate: []) }
    #expect(!(try GateDecision(evidence).isPromoted))
  }

  @Test func withoutAChampionSoundValuesAreEnough() throws {
    var first = values(gain: 0)
    first.champion = nil
    #expect(try GateDecision(GateEvidence(deciding: first)).isPromoted)
    var rules = GateRules()
    rules.leastValue = 0.9
    #expect(!(try GateDecision(GateEvidence(deciding: first), rules: rules).isPromoted))
  }

  @Test func leakLatencyAndSizeHaveLimits() throws {
    func isPromoted(_ change: (inout GateEvidence) -> Void) throws -> Bool {
      var evidence = GateEvidence(deciding: values(gain: 0.03))
      (evidence.leaked, evidence.latency, evidence.size) = (0, (0.01, 0.011), (100, 100))
      change(&evidence)
      return try GateDecision(evidence).isPromoted
    }
    #expect(try isPromoted { _ in })
    #expect(try !isPromoted { $0.leaked = 1 })
    #expect(try !isPromoted { $0.latency = (0.01, 0.02) })
    #expect(try !isPromoted { $0.size = (100, 200) })
    #expect(try !isPromoted { $0.latency = (0.01, .nan) })
    #expect(try !isPromoted { $0.latency = (0, 0.01) })
  }

  /// 1,000 ways of values that are missing, empty, twice or no numbers: not one is promoted.
  @Test func unsoundValuesAreNeverPromoted() throws {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<1000 {
      var bad = values(gain: 0.05, seed: generator.next())
      let index = Int.random(in: bad.queries.indices, using: &generator)
      switch Int.random(in: 0..<9, using: &generator) {
      case 0: bad.candidate[index] = .nan
      case 1: bad.champion?[index] = .nan
      case 2: bad.candidate[index] = .infinity
      case 3: bad.candidate.remove(at: index)
      case 4: bad.champion?.remove(at: index)
      case 5: bad.candidate = []
      case 6: (bad.queries, bad.champion, bad.candidate) = ([], [], [])
      case 7: bad.queries[index] = bad.queries[(index + 1) % bad.queries.count]
      default: bad.champion?[index] = -7
      }
      var evidence = GateEvidence(deciding: bad)
      if Bool.random(using: &generator) { (evidence.deciding, evidence.slices) = (values(gain: 0.05), [bad]) }
      #expect(!(try GateDecision(evidence).isPromoted))
    }
  }

  /// 200 nights on which nothing is better: as many promotions as the stated rate allows.
  ///
  /// The deciding test passes with a probability of at most α/2 = 2.5 %, the held-out split halves that: 2.5 of 200 nights are
  /// expected, and more than 8 have a probability below 0.2 %.
  @Test func nullNightsArePromotedAtTheStatedRate() throws {
    var promotions = 0
    for night in 0..<200 {
      var evidence = GateEvidence(deciding: values(count: 100, gain: 0, spread: 0.2, seed: UInt64(1000 + night)))
      evidence.heldOut = { values("held", count: 100, gain: 0, spread: 0.2, seed: UInt64(5000 + night)) }
      if try GateDecision(evidence).isPromoted { promotions += 1 }
    }
    #expect(promotions <= 8, "\(promotions) promotions")
  }
}
