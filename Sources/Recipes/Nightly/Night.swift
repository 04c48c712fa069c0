import Datasets
import Files
import JSONText
import Registry
import Runs
import Settings
import Words

/// One night, from what has arrived to the decision; the caller holds the lock of the folder.
///
/// The order is: end what a killed night has decided, look for what is new, run the stages, measure, decide, promote or
/// refuse. Every step is found done, or goes on, after a kill at any moment.
struct Night {
  let recipe: Nightly
  let context: RunContext
  let registry: ModelRegistry
  var journal: NightJournal
  var record: ArrivalRecord

  var folder: String { recipe.output.folder }

  init(_ recipe: Nightly, _ context: RunContext) throws {
    (self.recipe, self.context) = (recipe, context)
    let names = try Files.list(recipe.output.folder)
    guard names.contains(NightJournal.name) || names.allSatisfy({ $0 == RunFolder.lockName || $0.hasPrefix(".") })
    else {
      throw FileError(
        path: recipe.output.folder, kind: .cannotCreate,
        description: "\(recipe.output.folder) is not empty and holds no nights; choose a new output folder")
    }
    registry = try recipe.registry.open()
    journal = try NightJournal(in: recipe.output.folder)
    record = try ArrivalRecord(in: recipe.output.folder)
  }

  mutating func run() throws -> Outcome {
    if let open = journal.open, let decision = NightDecision(in: folder), decision.night == open.night {
      return try end(decision)
    }
    let champion = try registry.champion()
    let arrivals = try Arrivals(recipe.arrivals, record: record)
    for file in arrivals.setAside { context.report(.warning(Self.sentence(aboutSetAside: file, folder))) }
    let digests = try InputDigests(of: recipe.inputs + recipe.namedInputs)
    let seen = digest(digests, arrivals.files)
    let last = try journal.last.flatMap { try isServing(champion, after: $0) ? $0 : nil }
    if let last, last.seen == seen {
      for reason in last.leftOut { context.report(.warning("left out: \(reason)")) }
      return NightOutcome.nothingNew(champion: champion, leftOut: last.leftOut)
    }
    let rows = try arrivals.read(recipe.arrivals) { context.report(.warning($0)) }
    for file in rows.unreadable { context.report(.warning("left out: \(file.reason)")) }
    let work = digest(digests, rows.files)
    // The number of nights before it tells it from one that did the same work.
    let night = FileDigest.sha256(ofText: "\(work)\n\(champion?.description ?? "")\n\(journal.ended)")
    if rows.files.isEmpty || last?.work == work {
      return try endWithout(work: work, seen: seen, night, rows, champion)
    }
    try begin(night, champion)
    var decision = try decide(night, rows, champion, inputs: digests)
    decision.add([
      ("seen", JSONValue(seen)), ("work", JSONValue(work)),
      ("files", .array(rows.files.map(\.json))), ("leftOut", Self.json(rows.unreadable)),
      ("earlierSetAside", .array(arrivals.setAside.map(\.json))),
    ])
    try decision.write(to: folder)
    return try end(decision)
  }

  // MARK: - Steps

  /// Notes that a night begins, unless it goes on.
  private mutating func begin(_ night: String, _ champion: VersionNumber?) throws {
    if journal.open?.night == night { return context.report(.note("going on with the night that was stopped")) }
    var entry = NightJournal.Entry(.begun, night: night)
    entry.champion = champion?.description
    try journal.add(entry)
  }

  /// Ends a night in which there was nothing to train on.
  private mutating func endWithout(
    work: String, seen: String, _ night: String, _ rows: Arrivals.Rows, _ champion: VersionNumber?
  ) throws -> Outcome {
    guard !rows.unreadable.isEmpty else {
      var entry = NightJournal.Entry(.ended, night: night)
      (entry.seen, entry.work, entry.champion) = (seen, work, champion?.description)
      (entry.status, entry.used) = ("nothing-new", journal.last?.used ?? [])
      try journal.add(entry)
      return NightOutcome.nothingNew(champion: champion, leftOut: [])
    }
    try begin(night, champion)
    var decision = NightDecision(
      of: night, .leftOut, reasons: rows.unreadable.map { "left out: \($0.reason)" }, champion: champion)
    decision.add([
      ("seen", JSONValue(seen)), ("work", JSONValue(work)), ("leftOut", Self.json(rows.unreadable)),
      ("used", .array((journal.last?.used ?? []).map { JSONValue($0) })),
    ])
    try decision.write(to: folder)
    return try end(decision)
  }

  /// Runs the stages, measures, and decides.
  private func decide(
    _ night: String, _ rows: Arrivals.Rows, _ champion: VersionNumber?, inputs: InputDigests
  ) throws -> NightDecision {
    let serving = try self.serving(champion)
    let start = recipe.start == .base ? recipe.firstModels : serving
    let rowsFile = try write(rows.rows)
    var values = ["start": start.model, "base": recipe.base.folder, "rows": rowsFile]
    values["startReranker"] = start.reranker ?? recipe.base.reranker
    var runner = StageRunner(in: folder, values: values, context)
    let new = rows.files.filter { record.state(of: $0) == nil }
    // Without older rows there is nothing to go back to, and nothing that says that the rows are at fault.
    let mayBlame = !new.isEmpty && new.count < rows.files.count
    var decision: NightDecision
    var isBlamed = false
    do {
      for (index, stage) in recipe.stages.enumerated() {
        try runner.run(stage, number: index + 1, of: recipe.stages.count)
      }
      guard let model = runner.model(recipe.gate.model) else {
        throw RunError(.internalError, "'\(recipe.gate.model)' has left no model")
      }
      let candidate = SearchPipeline.Folders(
        model: model, reranker: recipe.gate.reranker.flatMap { runner.model($0) })
      let result = try GateMeasurement(
        recipe.gate, champion: serving, isPromoted: champion != nil, candidate: candidate, context
      ).decide(trainedOn: trainedQueries(of: runner.finished), cache: recipe.cache?.open())
      isBlamed = mayBlame && result.isWorse
      decision = NightDecision(
        of: night, result.decision.isPromoted ? .promoted : .refused, reasons: Self.reasons(for: result.decision),
        champion: champion)
      var parts = JSONObject([("model", JSONValue(candidate.model))])
      parts["reranker"] = candidate.reranker.map { JSONValue($0) }
      decision.add([("comparedWith", Self.json(serving)), ("candidate", .object(parts))])
      if let checks = result.decision.json.objectValue {
        decision.add(checks.members.filter { ["rules", "checks"].contains($0.name) })
      }
      decision.add([("measures", .array(result.measures))])
    } catch let failure as StageRunner.NotFinite {
      guard mayBlame else { throw failure.error }
      isBlamed = true
      decision = NightDecision(of: night, .refused, reasons: ["\(failure.error)"], champion: champion)
    }
    if isBlamed { for file in new { context.report(.warning(Self.sentence(aboutSetAside: file, folder))) } }
    decision.add([
      ("new", .array(new.map(\.json))), ("setAside", .array(isBlamed ? new.map(\.json) : [])),
      ("rows", JSONValue(rows.rows.count)), ("stages", .array(runner.finished.map(Self.json))),
      ("used", .array(([rowsFile] + runner.finished.map(\.folder)).map { JSONValue(Files.name(of: $0)) })),
      (
        "inputs",
        .array(inputs.files.map { ["path": JSONValue($0.path), "sha256": JSONValue($0.sha256)] })
      ),
    ])
    return decision
  }

  // MARK: - Parts

  /// True if a night has left the champion, or a person has gone back to it since.
  ///
  /// What was rolled back is not to be promoted again from the same rows.
  private func isServing(_ champion: VersionNumber?, after last: NightJournal.Entry) throws -> Bool {
    if last.champion == champion?.description { return true }
    return try registry.history().last { $0.champion == champion && [.promoted, .rolledBack].contains($0.kind) }?.kind
      == .rolledBack
  }

  /// The models that serve; those of the first night before the first promotion.
  private func serving(_ champion: VersionNumber?) throws -> SearchPipeline.Folders {
    guard let champion else { return recipe.firstModels }
    let place = registry.folder(of: champion)
    let parts = try registry.manifest(of: champion).parts
    return SearchPipeline.Folders(
      model: Files.join(place, "model"),
      reranker: parts.contains("reranker") ? Files.join(place, "reranker") : nil)
  }

  /// The file of the rows, named by its content; written unless it is there.
  private func write(_ rows: [TrainingRow]) throws -> String {
    let draft = Files.join(folder, ".tmp-rows.jsonl")
    if rows.first?.label == nil {
      try RowFile.write(rows, to: draft, as: .texts)
    } else {
      // No format of rows has labels.
      try Files.write(
        rows.map { row in
          let pair: JSONValue = [
            "query": JSONValue(row.query), "document": JSONValue(row.positive), "label": JSONValue(row.label ?? 0),
          ]
          return pair.text() + "\n"
        }.joined(), to: draft)
    }
    let path = Files.join(folder, StageFolders.rowsName(try FileDigest.sha256(of: draft)))
    try Files.rename(draft, to: path)
    try Files.synchronizeFolder(folder)
    return path
  }

  /// The queries that models of the night were trained on.
  private func trainedQueries(of stages: [StageRunner.Finished]) throws -> Set<NormalizedText> {
    var queries: Set<NormalizedText> = []
    var read: [RowSource] = []
    for source in stages.compactMap(\.trainedRows) where !read.contains(source) {
      read.append(source)
      for row in try source.read(warn: { _ in }).rows { queries.insert(NormalizedText(row.query)) }
    }
    return queries
  }

  /// The digest of everything that a night works on but the champion.
  private func digest(_ inputs: InputDigests, _ files: [Arrivals.File]) -> String {
    let settings = Array(context.recipe.utf8)
    let parts =
      [Hone.version, SettingsFile.identity(of: settings, except: recipe.freeSettings) ?? context.recipe]
      + inputs.files.map { "\($0.sha256)  \($0.path)" } + files.map { "\($0.sha256)  \($0.name)" }
    return FileDigest.sha256(ofText: parts.joined(separator: "\n"))
  }

  /// The reasons for a decision: what failed; of what passed, the comparisons.
  private static func reasons(for decision: GateDecision) -> [String] {
    guard decision.isPromoted else { return decision.reasons }
    let comparisons = decision.checks.filter {
      $0.outcome == .passed && ["effect", "harm", "held-out"].contains($0.name)
    }
    return comparisons.isEmpty ? decision.reasons : comparisons.map(\.sentence)
  }

  private static func sentence(aboutSetAside file: Arrivals.File, _ folder: String) -> String {
    "\(file.path) is set aside: the candidate of the night in which it was new was worse than the champion; to use it again, "
      + "remove its line from \(Files.join(folder, ArrivalRecord.name))"
  }

  private static func json(_ files: [Arrivals.Unreadable]) -> JSONValue {
    .array(
      files.map {
        ["file": JSONValue($0.file.name), "sha256": JSONValue($0.file.sha256), "reason": JSONValue($0.reason)]
      })
  }

  private static func json(_ folders: SearchPipeline.Folders) -> JSONValue {
    ["model": JSONValue(folders.model), "reranker": folders.reranker.map { JSONValue($0) } ?? .null]
  }

  private static func json(_ stage: StageRunner.Finished) -> JSONValue {
    ["name": JSONValue(stage.name), "folder": JSONValue(stage.folder)]
  }
}

extension Nightly {
  /// The models of the first night.
  fileprivate var firstModels: SearchPipeline.Folders {
    SearchPipeline.Folders(model: base.folder, reranker: base.reranker)
  }

  /// The files, collections and models that stages name.
  fileprivate var namedInputs: [RunInput] {
    stages.flatMap(\.source.scalars).flatMap { text -> [RunInput] in
      guard StageSection.reference(text) == nil, Files.exists(text) else { return [] }
      if !Files.isFolder(text) { return [.file(text)] }
      if Files.exists(Files.join(text, "corpus.jsonl")) {
        let splits = (try? Files.list(Files.join(text, "qrels"))) ?? []
        return RunInput.collection(text, splits: splits.filter { $0.hasSuffix(".tsv") }.map { String($0.dropLast(4)) })
          .filter { if case .file(let path) = $0 { Files.exists(path) } else { true } }
      }
      return Files.exists(Files.join(text, "config.json")) ? [.model(text)] : []
    }
  }
}
