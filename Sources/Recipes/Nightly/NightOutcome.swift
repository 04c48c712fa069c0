import Files
import JSONText
import Registry
import Runs
import Words

/// The outcomes of nights: the line of JSON, the lines for a person, and the exit code.
enum NightOutcome {
  /// The exit code of a night that trained and promoted nothing.
  static let notPromoted: Int32 = 10

  /// The outcome of a night with nothing new but files that cannot be read.
  static func nothingNew(champion: VersionNumber?, leftOut: [String]) -> Outcome {
    let serving = champion.map { "\($0) stays the champion" } ?? "there is no champion yet"
    return leftOut.isEmpty
      ? outcome("nothing-new", ["nothing is new"], champion, lines: ["nothing is new; \(serving)"])
      : outcome(
        NightDecision.Outcome.leftOut.rawValue, leftOut, champion,
        lines: ["nothing is new but what cannot be read; \(serving)"], exitCode: FailureKind.badData.rawValue)
  }

  /// The outcome of a decision.
  ///
  /// - Parameter champion: The champion after it.
  static func of(
    _ decision: NightDecision, champion: VersionNumber?, _ registry: ModelRegistry, in folder: String
  ) -> Outcome {
    let file = Files.join(folder, NightDecision.name)
    if decision.outcome == .leftOut { return nothingNew(champion: champion, leftOut: decision.leftOut) }
    let isPromoted = decision.outcome == .promoted
    let head =
      isPromoted
      ? "promoted: \(champion?.description ?? "") is the champion of \(registry.folder)"
      : "refused: \(champion.map { "\($0) stays the champion" } ?? "there is no champion yet")"
    return outcome(
      decision.outcome.rawValue, decision.reasons, champion,
      details: [
        ("measures", decision.measures), ("leftOut", .array(decision.leftOut.map { JSONValue($0) })),
        ("setAside", .array(decision.setAside.map { JSONValue($0.name) })), ("decision", JSONValue(file)),
      ],
      lines: [head] + decision.reasons.map { "  \($0)" } + decision.setAside.map { "set aside  \($0.name)" }
        + ["decision   \(file)"],
      exitCode: isPromoted ? 0 : notPromoted)
  }

  private static func outcome(
    _ status: String, _ reasons: [String], _ champion: VersionNumber?,
    details: [(name: String, value: JSONValue)] = [], lines: [String], exitCode: Int32 = 0
  ) -> Outcome {
    let result = JSONObject(
      [
        ("recipe", JSONValue(Nightly.name)), ("status", JSONValue(status)),
        ("reasons", .array(reasons.map { JSONValue($0) })),
        ("version", champion.map { JSONValue($0.description) } ?? .null),
      ] + details)
    return Outcome(.object(result), lines: lines, exitCode: exitCode)
  }
}
