package import JSONText
import Retrieval
import Words

/// The decision about a candidate, with every check and its figures: `decision.json`.
package struct GateDecision: Sendable, Equatable {
  /// One check.
  package struct Check: Sendable, Equatable {
    package enum Outcome: String, Sendable { case passed, failed, skipped }
    package let name: String
    package let outcome: Outcome
    /// The check in one sentence, with its figures.
    package let sentence: String
    package let figures: JSONObject
  }

  package private(set) var checks: [Check] = []
  package let rules: GateRules

  /// True if the candidate takes the champion's place: some check was made, and none failed.
  package var isPromoted: Bool {
    checks.contains { $0.outcome == .passed } && !checks.contains { $0.outcome == .failed }
  }

  /// The sentences of the checks that failed; of all that passed where the candidate is promoted.
  package var reasons: [String] {
    checks.filter { $0.outcome == (isPromoted ? .passed : .failed) }.map(\.sentence)
  }

  package var json: JSONValue {
    [
      "outcome": JSONValue(isPromoted ? "promoted" : "refused"), "reasons": .array(reasons.map { JSONValue($0) }),
      "rules": rules.json,
      "checks": .array(
        checks.map { check in
          .object(
            JSONObject(
              [
                ("check", JSONValue(check.name)), ("outcome", JSONValue(check.outcome.rawValue)),
                ("sentence", JSONValue(check.sentence)),
              ] + check.figures.members))
        }),
    ]
  }

  /// Decides.
  ///
  /// The checks are made in their order: sound values, enough queries, leak, size, latency, the paired test on the deciding
  /// split, harm on every slice. Only if none failed, the second held-out split is measured.
  ///
  /// - Throws: What measuring the held-out split throws.
  package init(_ evidence: GateEvidence, rules: GateRules = GateRules()) throws {
    self.rules = rules
    checkSoundness([evidence.deciding] + evidence.slices)
    guard checks.allSatisfy({ $0.outcome == .passed }) else { return }
    checkQueries(evidence.deciding)
    checkLeak(evidence)
    checkRatio(
      "size", evidence.size?.champion.map(Double.init), evidence.size.map { Double($0.candidate) },
      limit: rules.largestSizeRatio
    ) { NumberText.bytes(Int($0)) }
    checkRatio("latency", evidence.latency?.champion, evidence.latency?.candidate, limit: rules.largestLatencyRatio) {
      NumberText.seconds($0)
    }
    checkValue(evidence.deciding)
    checkEffect(evidence.deciding)
    for slice in evidence.slices { checkHarm(slice) }
    guard let heldOut = evidence.heldOut else { return }
    guard isPromoted else {
      note("held-out", .skipped, "the held-out split was not looked at")
      return
    }
    let values = try heldOut()
    checkSoundness([values])
    guard isPromoted else { return }
    checkConfirmation(values)
  }

  // MARK: - Checks

  private mutating func note(
    _ name: String, _ outcome: Check.Outcome, _ sentence: String, _ figures: JSONObject = .init()
  ) {
    checks.append(Check(name: name, outcome: outcome, sentence: sentence, figures: figures))
  }

  /// Values are there, finite, within the range of measures, and as many as there are queries, each of them once.
  private mutating func checkSoundness(_ all: [PairedValues]) {
    for values in all {
      let place = "\(values.measure) on \(values.name)"
      if values.queries.isEmpty {
        note("values", .failed, "\(place) was measured for no query")
        continue
      }
      if Set(values.queries.map { ExactText($0) }).count != values.queries.count {
        note("values", .failed, "\(place) has a query twice")
        continue
      }
      for (who, list) in [("candidate", values.candidate as [Double]?), ("champion", values.champion)] {
        guard let list else { continue }
        if list.count != values.queries.count {
          note("values", .failed, "\(place) is missing for queries of the \(who)")
        } else if let bad = list.firstIndex(where: { !(-1...1).contains($0) }) {
          note("values", .failed, "\(place) of the \(who) is \(list[bad]) for query \"\(values.queries[bad])\"")
        }
      }
    }
    if !checks.contains(where: { $0.outcome == .failed }) {
      let counts = all.map { "\($0.name) \(NumberText.counted($0.queries.count, "query", plural: "queries"))" }
      note("values", .passed, "all values are sound: \(counts.joined(separator: ", "))")
    }
  }

  private mutating func checkQueries(_ values: PairedValues) {
    let count = values.queries.count
    note(
      "queries", count >= rules.minimumQueries ? .passed : .failed,
      "\(values.name) has \(NumberText.counted(count, "query", plural: "queries")), at least \(rules.minimumQueries) are needed",
      JSONObject([("queries", JSONValue(count))]))
  }

  private mutating func checkLeak(_ evidence: GateEvidence) {
    guard let leaked = evidence.leaked else { return note("leak", .skipped, "nobody counted leaked queries") }
    let share = Double(leaked) / Double(evidence.deciding.queries.count)
    note(
      "leak", share <= rules.largestLeak ? .passed : .failed,
      "\(NumberText.counted(leaked, of: evidence.deciding.queries.count, "query", plural: "queries")) of "
        + "\(evidence.deciding.name) were trained on",
      JSONObject([("leaked", JSONValue(leaked)), ("share", JSONValue(share))]))
  }

  private mutating func checkRatio(
    _ name: String, _ champion: Double?, _ candidate: Double?, limit: Double, _ text: (Double) -> String
  ) {
    guard let candidate else { return note(name, .skipped, "nobody measured the \(name)") }
    guard candidate.isFinite && candidate >= 0 && champion.map({ $0.isFinite && $0 > 0 }) != false else {
      return note(name, .failed, "the \(name) is no positive number")
    }
    guard let champion else { return note(name, .skipped, "there is no champion to compare the \(name) with") }
    let ratio = candidate / champion
    note(
      name, ratio <= limit ? .passed : .failed,
      "the \(name) is \(text(candidate)), \(NumberText.fixed(ratio, decimals: 2)) times the champion's; at most "
        + "\(NumberText.fixed(limit, decimals: 2)) are allowed",
      JSONObject([("candidate", JSONValue(candidate)), ("champion", JSONValue(champion))]))
  }

  private mutating func checkValue(_ values: PairedValues) {
    guard let least = rules.leastValue else { return }
    let mean = Self.mean(values.candidate)
    note(
      "value", mean >= least ? .passed : .failed,
      "\(values.measure) on \(values.name) is \(NumberText.fixed(mean, decimals: 4)), at least "
        + "\(NumberText.fixed(least, decimals: 4)) is needed",
      JSONObject([("candidate", JSONValue(mean))]))
  }

  private mutating func checkEffect(_ values: PairedValues) {
    guard let test = compare(values) else {
      return note("effect", .skipped, "there is no champion to compare with")
    }
    let isEnough = test.meanDifference >= rules.leastEffect && test.pValue < rules.alpha
    note(
      "effect", isEnough ? .passed : .failed,
      "\(values.measure) on \(values.name) changes by \(Self.text(test)); a change of at least "
        + "\(NumberText.signed(rules.leastEffect, decimals: 4)) with p below \(rules.alpha) is needed",
      Self.figures(values, test))
  }

  private mutating func checkHarm(_ values: PairedValues) {
    guard let test = compare(values) else { return }
    guard values.queries.count >= rules.minimumSliceQueries else {
      return note(
        "harm", .skipped,
        "\(values.name) has only \(NumberText.counted(values.queries.count, "query", plural: "queries"))")
    }
    note(
      "harm", test.meanDifference >= -rules.largestHarm ? .passed : .failed,
      "\(values.measure) on \(values.name) changes by \(Self.text(test)); at most a loss of \(rules.largestHarm) is allowed",
      Self.figures(values, test))
  }

  /// On the second split the candidate must not be behind.
  private mutating func checkConfirmation(_ values: PairedValues) {
    guard let test = compare(values) else {
      return note("held-out", .skipped, "there is no champion to compare with on \(values.name)")
    }
    note(
      "held-out", test.meanDifference >= 0 ? .passed : .failed,
      "\(values.measure) on the held-out \(values.name) changes by \(Self.text(test)); no loss is allowed",
      Self.figures(values, test))
  }

  // MARK: - Helpers

  /// The paired test of sound values; nil without a champion.
  private func compare(_ values: PairedValues) -> PairedTest? {
    values.champion.flatMap { try? PairedTest(baseline: $0, candidate: values.candidate) }
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private static func text(_ test: PairedTest) -> String {
    "\(NumberText.signed(test.meanDifference, decimals: 4)) (p = \(NumberText.fixed(test.pValue, decimals: 4)), "
      + "\(test.wins) better, \(test.losses) worse)"
  }

  private static func figures(_ values: PairedValues, _ test: PairedTest) -> JSONObject {
    JSONObject([
      ("split", JSONValue(values.name)), ("measure", JSONValue(values.measure)),
      ("champion", JSONValue(mean(values.champion ?? []))), ("candidate", JSONValue(mean(values.candidate))),
      ("difference", JSONValue(test.meanDifference)),
      ("interval", [JSONValue(test.interval.lowerBound), JSONValue(test.interval.upperBound)]),
      ("p", JSONValue(test.pValue)), ("queries", JSONValue(test.queryCount)), ("wins", JSONValue(test.wins)),
      ("losses", JSONValue(test.losses)), ("ties", JSONValue(test.ties)),
    ])
  }
}
