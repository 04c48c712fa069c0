import Files
import JSONText
import Registry
import Runs
import Words

/// The end of a night from its decision alone, so that it can be reached after a kill too.
extension Night {
  /// Promotes or refuses, notes what became of the rows, and removes what no later night needs.
  mutating func end(_ decision: NightDecision) throws -> Outcome {
    var decision = decision
    let champion = try settle(&decision)
    let setAside = Set(decision.setAside.map(\.sha256))
    try record.note(.setAside, of: decision.setAside, night: decision.night)
    try record.note(.used, of: decision.newFiles.filter { !setAside.contains($0.sha256) }, night: decision.night)
    var entry = NightJournal.Entry(.ended, night: decision.night)
    entry.champion = champion?.description
    entry.status = decision.outcome.rawValue
    (entry.leftOut, entry.used) = (decision.leftOut, decision.used)
    // After rows were set aside, the older ones are to be looked at again as if the new ones had never come.
    if setAside.isEmpty { (entry.seen, entry.work) = (decision.seen, decision.work) }
    // Before the end is noted: after a kill the command is rather called twice than never.
    if let command = recipe.notify {
      var told = decision.object
      told["version"] = champion.map { JSONValue($0.description) } ?? .null
      Hook(command).notify(JSONValue.object(told).text(), report: context.report)
    }
    try journal.add(entry)
    let trained = [NightDecision.Outcome.promoted, .refused].map(\.rawValue)
    let nights = journal.entries.filter { $0.event == .ended && trained.contains($0.status ?? "") }
    try StageFolders(folder: folder).removeAll(but: Set(nights.suffix(recipe.output.keep).flatMap(\.used)))
    return NightOutcome.of(decision, champion: champion, registry, in: folder)
  }

  /// Makes the decision count in the registry, unless it does already.
  ///
  /// - Returns: The champion after it.
  private func settle(_ decision: inout NightDecision) throws -> VersionNumber? {
    let writer = try RegistryWriter(registry, warn: { context.report(.warning($0)) })
    let champion = try registry.champion()
    if let champion, NightDecision(in: registry.folder(of: champion))?.night == decision.night { return champion }
    let night = JSONValue(decision.night)
    if try registry.history().contains(where: { $0.kind == .refused && $0.details["night"] == night }) {
      return champion
    }
    if decision.outcome == .promoted, champion != decision.champion {
      decision.refuse(
        "the champion is \(champion?.description ?? "gone") now, the candidate was compared with "
          + "\(decision.champion?.description ?? "the base"); the next night compares anew")
      try decision.write(to: folder)
    }
    var details = JSONObject([("night", night), ("measures", decision.measures)])
    let run = decision.parts.first.map { Files.parent(of: $0.folder) }
    details["run"] = run.map { JSONValue($0) }
    if !decision.setAside.isEmpty { details["setAside"] = .array(decision.setAside.map { JSONValue($0.name) }) }
    guard decision.outcome == .promoted else {
      try writer.refuse(reasons: decision.reasons, details: details)
      return champion
    }
    var documents = [
      (RunFolder.recipeName, context.recipe), ("measures.json", decision.measures.text(indented: true) + "\n"),
    ]
    // The stage's own folder goes after some nights.
    if let report = run.map({ Files.join($0, RunFolder.reportName) }), Files.exists(report) {
      let page = try Files.read(report, maximumBytes: 1 << 26)
      documents.append((RunFolder.reportName, String(decoding: page, as: UTF8.self)))
    }
    return try writer.promote(
      RegistryWriter.Candidate(
        parts: decision.parts, documents: documents, decision: .object(decision.object), details: details),
      reasons: decision.reasons)
  }
}
