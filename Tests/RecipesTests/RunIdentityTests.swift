import Files
import JSONText
import Runs
import Settings
import Synchronization
import TestSupport
import Testing
import Words

@testable import Recipes

/// The marks that a run is known by: its settings and the content of all that it reads, as it was before work began.
@Suite struct RunIdentityTests {
  private let folder = TemporaryFolder()
  private var rows: String { folder.file("rows.jsonl") }

  init() throws {
    try Files.write(Self.row("search", "query") + Self.row("file", "image") + Self.row("game", "chess"), to: rows)
  }

  private static func row(_ query: String, _ positive: String) -> String {
    "{\"query\": \"\(query)\", \"positive\": \"\(positive)\"}\n"
  }

  private func run(
    resume: Bool = false, overrides: [String] = [], isInterrupted: @escaping @Sendable () -> Bool = { false },
    report: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) throws -> Outcome {
    let text = """
      recipe: trainBiEncoder
      seed: 17
      model:     { folder: "\(Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny"))", pooling: mean, maximumLength: 16 }
      data:      { rows: "\(rows)" }
      batch:     { queries: 3, tokens: 64, uniqueTexts: true }
      loss:      { name: infoNCE, temperature: 0.05, maskKnownPositives: true }
      optimizer: { name: adamW, rate: 1e-3, decay: 0.01 }
      schedule:  { name: linear, warmup: 0.1, epochs: 3 }
      output:    { folder: "\(folder.file("run"))" }
      """
    let recipe = try RecipeFile("r.yaml", bytes: Array(text.utf8), overrides: overrides)
    return try recipe.run(
      in: RunContext(recipe: recipe.resolved, resume: resume, report: report, isInterrupted: isInterrupted))
  }

  /// Calls a resumed run and returns what it refuses to go on for.
  private func refusal() throws -> String {
    let error = try #require(throws: RunError.self) { try run(resume: true) }
    #expect(error.kind == .badData)
    return error.description
  }

  private var changed: String {
    "\(folder.file("run")) holds a run of other data (\(rows) has other content); --resume needs the same content, or choose a "
      + "new output folder"
  }

  @Test func provenanceNamesWhatWasTrainedOn() throws {
    let digest = try FileDigest.sha256(of: rows)
    let appended = Mutex(0)
    let path = rows
    _ = try run(report: { event in
      guard case .progress(let progress) = event, progress.task == "training" else { return }
      appended.withLock { $0 += 1 }
      try? AppendingFile(path).append(line: #"{"query": "late", "positive": "row"}"#)
    })
    #expect(appended.withLock { $0 } == 3)
    #expect(try FileDigest.sha256(of: rows) != digest)
    let provenance = try JSONReader.parse(Files.read(folder.file("run/model/hone.json"))).objectValue
    #expect(provenance?["data"] == [["path": JSONValue(rows), "sha256": JSONValue(digest)]])
  }

  @Test func aFinishedRunIsConfirmedForTheSameContentOnly() throws {
    let result = try run().json
    let before = try Files.read(rows)
    #expect(try run(resume: true).json == result)
    try Files.write(before + Array(Self.row("late", "row").utf8), to: rows)
    #expect(try refusal() == changed)
    try Files.write(before, to: rows)
    #expect(try run(resume: true).json == result)
  }

  @Test func anInterruptedRunGoesOnWithTheSameContentOnly() throws {
    let steps = Mutex(0)
    let counted: @Sendable (RunEvent) -> Void = { event in
      if case .progress(let progress) = event, progress.task == "training" { steps.withLock { $0 += 1 } }
    }
    #expect(throws: RunInterrupted.self) {
      try run(isInterrupted: { steps.withLock { $0 } >= 1 }, report: counted)
    }
    let before = try Files.read(rows)
    try Files.write(before + Array(Self.row("late", "row").utf8), to: rows)
    #expect(try refusal() == changed)
    try Files.write(before, to: rows)
    _ = try run(resume: true, report: counted)
    #expect(steps.withLock { $0 } == 3)
  }

  /// A folder that was moved, or is named in another spelling, goes on to the same bits.
  @Test(arguments: ["moved", "./moved/", "x/../moved"])
  func aMovedRunGoesOn(_ name: String) throws {
    let steps = Mutex(0)
    let whole = try weights(of: "run") { _ = try run() }
    try Files.remove(folder.file("run"))
    #expect(throws: RunInterrupted.self) {
      try run(
        isInterrupted: { steps.withLock { $0 } >= 1 },
        report: { event in
          if case .progress(let progress) = event, progress.task == "training" { steps.withLock { $0 += 1 } }
        })
    }
    try Files.makeFolder(folder.file("x"))
    try Files.rename(folder.file("run"), to: folder.file("moved"))
    let notes = Mutex<[String]>([])
    let moved = try weights(of: "moved") {
      _ = try run(
        resume: true, overrides: ["output.folder=\(folder.path)/\(name)"],
        report: { if case .note(let text) = $0 { notes.withLock { $0.append(text) } } })
    }
    #expect(notes.withLock { $0 }.contains("going on after step 1 of 3"))
    #expect(moved == whole)
    // The finished run is confirmed, wherever it is.
    _ = try run(resume: true, overrides: ["output.folder=\(folder.file("moved"))"])
    let error = try #require(throws: FileError.self) {
      try run(resume: true, overrides: ["output.folder=\(folder.file("moved"))", "optimizer.rate=1e-4"])
    }
    #expect(error.kind == .cannotCreate)
  }

  private func weights(of run: String, _ body: () throws -> Void) throws -> String {
    try body()
    return try FileDigest.sha256(of: folder.file("\(run)/model/model.safetensors"))
  }

  // MARK: - Runs that learn nothing

  @Test(arguments: [["optimizer.rate=1e-30"], ["optimizer.rate=1e-30", "optimizer.decay=0"]])
  func aRunThatChangesNoWeightExportsNothing(_ overrides: [String]) throws {
    let error = try #require(throws: RunError.self) { try run(overrides: overrides) }
    #expect(error.kind == .badRecipe)
    #expect(
      error.description.hasPrefix(
        "no step has changed the bits of any weight, so that the model has learnt nothing: the steps are too small for 32-bit "
          + "numbers; raise 'optimizer.rate' ("), "\(error)")
    #expect(!Files.exists(folder.file("run/model")))
    #expect(try Files.list(folder.file("run")).allSatisfy { !$0.hasPrefix("checkpoint-") })
  }

  /// With decay the weights would change all the same, without anything learnt.
  @Test(arguments: ["1e-45", "1e-20"])
  func aClipThatLeavesNothingIsRefused(_ clip: String) throws {
    let error = try #require(throws: RecipeError.self) { try run(overrides: ["optimizer.clip=\(clip)"]) }
    #expect(error.kind == .badRecipe)
    #expect(
      error.description.contains("gradients clipped to \(clip) are nothing beside AdamW's ε of 1e-08"), "\(error)")
  }

  /// It is said long before the end of the night.
  @Test func aRunThatChangesNoWeightIsToldOfEarly() throws {
    let warnings = Mutex<[String]>([])
    #expect(throws: RunError.self) {
      try run(
        overrides: ["optimizer.rate=1e-30", "schedule.epochs=12"],
        report: { if case .warning(let text) = $0 { warnings.withLock { $0.append(text) } } })
    }
    #expect(warnings.withLock { $0.contains { $0.hasPrefix("after step 10: rest: no step has changed the bits") } })
  }

  @Test func aWarningIsGivenOnce() throws {
    let events = Mutex<[RunEvent]>([])
    let context = RunContext(
      recipe: "", resume: false, report: { event in events.withLock { $0.append(event) } }, isInterrupted: { false })
    for event in [RunEvent.warning("a"), .note("a"), .warning("b"), .note("a"), .warning("a")] { context.report(event) }
    #expect(events.withLock { $0 } == [.warning("a"), .note("a"), .warning("b"), .note("a")])
  }

  /// The rows are written anew after their digest was taken, and before all is read.
  @Test func aChangeWhileTheRunReadsIsRefused() throws {
    let path = rows
    let error = try #require(throws: RunError.self) {
      try run(report: { event in
        guard case .note(let text) = event, text.hasPrefix("3 rows") else { return }
        try? Files.write(Self.row("late", "row"), to: path)
      })
    }
    #expect(error.kind == .badData)
    #expect(
      error.description == "the data was changed while the run read it (\(rows) has other content); start the run again"
    )
    #expect(!Files.exists(folder.file("run")))
  }

  @Test func aRunThatIsStoppedBeforeItsFirstStepLeavesNothing() throws {
    #expect(throws: RunInterrupted.self) { try run(isInterrupted: { true }) }
    #expect(!Files.exists(folder.file("run")))
  }
}
