import Files
import JSONText
import Registry
import Runs
import Synchronization
import TestSupport
import Testing
import Words

@testable import Recipes

/// Whole nights, one after the other.
@Suite struct NightTests {
  private func check(_ decision: JSONObject, _ name: String) -> String? {
    decision["checks"]?.arrayValue?.compactMap(\.objectValue).first { $0["check"]?.stringValue == name }?["outcome"]?
      .stringValue
  }

  // MARK: - Promoted, and nothing new

  @Test func aBetterModelIsPromotedAndTheNextNightHasNothingNew() throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*", "the *"])
    let first = try workshop.night()
    #expect(first.status == "promoted" && first.exitCode == 0, "\(first.reasons)")
    #expect(first.result["version"]?.stringValue == "v000001")
    #expect(first.reasons.count == 4 && first.reasons.first?.hasPrefix("nDCG@10 on dev changes by +0.") == true)
    let registry = try workshop.registry
    #expect(try registry.problems() == [])
    let version = try #require(try registry.champion())
    for name in ["model/model.safetensors", "recipe.yaml", "measures.json", "decision.json"] {
      #expect(Files.exists(Files.join(registry.folder(of: version), name)), "\(name)")
    }
    let decision = try workshop.decision
    for name in ["values", "queries", "leak", "effect", "harm", "held-out"] {
      #expect(check(decision, name) == "passed", "\(name)")
    }
    // Without a champion there is nothing to compare time and size with.
    #expect(check(decision, "latency") == "skipped" && check(decision, "size") == "skipped")
    let measured = first.result["measures"]?.arrayValue?.compactMap(\.objectValue) ?? []
    #expect(measured.map { $0["split"]?.stringValue } == ["dev", "dev/form0", "dev/form1", "test"])

    let trained = Mutex(false)
    let second = try workshop.night { event in
      if case .progress = event { trained.withLock { $0 = true } }
      return false
    }
    #expect(second.status == "nothing-new" && second.exitCode == 0)
    #expect(second.result["version"]?.stringValue == "v000001")
    #expect(!trained.withLock { $0 })
    #expect(try registry.history().count == 1)
  }

  @Test func aStageWithTheSameSettingsAndInputsIsNotRunAgain() throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*"])
    _ = try workshop.night()
    let stages = try workshop.stages
    let again = try workshop.night(NightWorkshop.text, ["gate.leastEffect=0.5"])
    #expect(again.notes.contains { $0.hasPrefix("stage 1 of 1, 'adapt': done already in ") })
    #expect(again.status == "refused" && again.exitCode == 10)
    #expect(try workshop.stages == stages)
    try workshop.arrive("2.jsonl", ["* the"])
    let other = try workshop.night()
    #expect(other.notes.contains { $0.hasPrefix("stage 1 of 1, 'adapt': trainBiEncoder in ") })
  }

  // MARK: - Refused

  @Test func aGainThatIsTooSmallIsRefusedAndTheRowsStayInUse() throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*", "the *"])
    _ = try workshop.night()
    try workshop.arrive("2.jsonl", ["* the"])
    let second = try workshop.night()
    #expect(second.status == "refused" && second.exitCode == 10, "\(second.reasons)")
    #expect(second.reasons.contains { $0.contains("a change of at least +0.0020") })
    #expect(second.result["setAside"]?.arrayValue?.isEmpty == true)
    #expect(try workshop.champion == "v000001")
    let decision = try workshop.decision
    #expect(decision["outcome"]?.stringValue == "refused" && check(decision, "held-out") == "skipped")
    #expect(try workshop.registry.history().map(\.kind) == [.promoted, .refused])
    #expect(try workshop.night().status == "nothing-new")
  }

  @Test func theRowsOfAWorseCandidateAreSetAside() throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*", "the *"])
    _ = try workshop.night()
    try workshop.arrive("2.jsonl", ["* and", "and *", "for *", "* for", "* with", "with *"], shift: 1)
    let poisoned = try workshop.night()
    #expect(poisoned.status == "refused" && poisoned.exitCode == 10)
    #expect(poisoned.result["setAside"] == ["2.jsonl"])
    #expect(poisoned.warnings.contains { $0.contains("arrivals/2.jsonl is set aside") })
    #expect(try workshop.decision["setAside"]?.arrayValue?.count == 1)
    #expect(try workshop.registry.history().last?.details["setAside"] == ["2.jsonl"])
    let next = try workshop.night()
    #expect(next.status == "nothing-new" && next.exitCode == 0)
    #expect(next.warnings.contains { $0.contains("arrivals/2.jsonl is set aside") })
    // With its line gone it is used again.
    try Files.remove(Files.join(workshop.output, "arrivals.jsonl"))
    #expect(try workshop.night().status == "refused")
  }

  @Test func rowsOnWhichTrainingLeavesTheNumbersAreSetAside() throws {
    let workshop = try NightWorkshop()
    let hopeless = NightWorkshop.text.replacing("rate: 5e-3", with: "rate: 1e38")
    try workshop.arrive("1.jsonl", ["*"])
    // Without older rows there is nothing to go back to.
    let error = #expect(throws: RunError.self) { try workshop.night(hopeless) }
    #expect(error?.kind == .internalError && error?.description.hasPrefix("stage 'adapt': ") == true)
    _ = try workshop.night()
    try workshop.arrive("2.jsonl", ["the *"])
    let night = try workshop.night(hopeless)
    #expect(night.status == "refused" && night.exitCode == 10 && night.result["setAside"] == ["2.jsonl"])
    #expect(try workshop.champion == "v000001")
  }

  @Test func aQueryThatIsMeasuredIsNotTrainedOn() throws {
    let workshop = try NightWorkshop()
    // A query of dev and one of test, in other spellings.
    try workshop.arrive("1.jsonl", ["*", "* *!", "The * *, *"])
    let night = try workshop.night()
    #expect(
      night.warnings.contains("6 of 24 queries of split 'test' were trained on; what is measured there says little"))
    #expect(night.status == "refused")
    #expect(night.reasons.first == "6 of 24 queries of dev were trained on", "\(night.reasons)")
    #expect(try workshop.champion == nil)
  }

  // MARK: - What cannot be read

  @Test func aFileWithAnErrorIsLeftOutWithItsLine() throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*", "the *"])
    try workshop.folder.write(
      "arrivals/2.jsonl", "{\"query\": \"search\", \"positive\": \"the file\"}\n{\"query\": 3}\n")
    let night = try workshop.night()
    #expect(night.status == "promoted" && night.exitCode == 0)
    let reason = try #require(night.result["leftOut"]?.arrayValue?.first?.stringValue)
    #expect(reason.contains("arrivals/2.jsonl:2:"), "\(reason)")
    #expect(night.warnings.contains("left out: \(reason)"))
    // From then on nothing is new but that file, until it is mended.
    for _ in 0..<2 {
      let next = try workshop.night()
      #expect(next.status == "left-out" && next.exitCode == 65 && next.reasons == [reason])
    }
    try Files.remove(workshop.folder.file("arrivals/2.jsonl"))
    #expect(try workshop.night().status == "nothing-new")
  }

  @Test func aNightWithNothingButAnErrorChangesNothing() throws {
    let workshop = try NightWorkshop()
    try workshop.folder.write("arrivals/1.jsonl", "{\"query\": \"search\"}\n")
    for _ in 0..<2 {
      let night = try workshop.night()
      #expect(night.status == "left-out" && night.exitCode == 65)
      #expect(try workshop.champion == nil)
    }
    #expect(try workshop.registry.history().map(\.kind) == [.refused])
    #expect(try workshop.decision["outcome"]?.stringValue == "left-out")
  }

  @Test func aNightWithoutRowsHasNothingNew() throws {
    let workshop = try NightWorkshop()
    for _ in 0..<2 {
      let night = try workshop.night()
      #expect(night.status == "nothing-new" && night.exitCode == 0)
    }
    #expect(try workshop.champion == nil && !workshop.registry.exists)
  }

  @Test func filesThatContradictEachOtherAreNotJoined() throws {
    let workshop = try NightWorkshop()
    func row(_ query: String) -> String {
      "{\"query_id\": \"a\", \"query\": \"\(query)\", \"positive\": \"the file\"}\n"
    }
    try workshop.folder.write("arrivals/1.jsonl", row("search"))
    try workshop.folder.write("arrivals/2.jsonl", row("query"))
    try workshop.folder.write("arrivals/3.jsonl", "{\"query\": \"a\", \"document\": \"b\", \"label\": 1}\n")
    let recipe = try #require(try workshop.recipe().program.recipe as? Nightly)
    let record = try ArrivalRecord(in: workshop.folder.path)
    let rows = try Arrivals(recipe.arrivals, record: record).read(recipe.arrivals) { _ in }
    #expect(rows.files.map(\.name) == ["1.jsonl"])
    #expect(rows.unreadable.count == 2)
    #expect(rows.unreadable.first?.reason.contains("query \"a\" has another text") == true)
    #expect(rows.unreadable.last?.reason.contains("labelled pairs") == true)
  }

  // MARK: - Models together

  @Test func aBiEncoderAndItsRerankerArePromotedTogether() throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*", "the *"])
    let night = try workshop.night(NightWorkshop.withReranker)
    #expect(night.status == "promoted", "\(night.reasons) \(night.result)")
    let registry = try workshop.registry
    let version = try #require(try registry.champion())
    #expect(try registry.manifest(of: version).parts == ["model", "reranker"])
    #expect(Files.exists(Files.join(registry.folder(of: version), "reranker/model.safetensors")))
    #expect(try workshop.night(NightWorkshop.withReranker).status == "nothing-new")
  }

  // MARK: - The hook

  @Test func aCommandIsToldTheDecision() throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*"])
    let file = workshop.folder.file("told.json")
    let notify = "notify=[/bin/sh, -c, 'cat > \(file); exit 3']"
    let night = try workshop.night(NightWorkshop.text, [notify])
    #expect(night.status == "promoted" && night.exitCode == 0)
    let told = try #require(try JSONReader.parse(Files.read(file)).objectValue)
    #expect(told["outcome"] == "promoted" && told["version"] == "v000001" && told["checks"]?.arrayValue != nil)
    #expect(night.warnings.contains { $0.contains("exit code 3") })
    try Files.remove(file)
    #expect(try workshop.night(NightWorkshop.text, [notify]).status == "nothing-new" && !Files.exists(file))
  }

  // MARK: - Safety

  @Test func oneNightAtATime() throws {
    let workshop = try NightWorkshop()
    try Files.makeFolder(workshop.output)
    let lock = try FolderLock(workshop.output, name: RunFolder.lockName, advice: "")
    let error = #expect(throws: FileError.self) { try workshop.night() }
    #expect(error?.kind == .temporary)
    withExtendedLifetime(lock) {}
    #expect(try Files.list(workshop.output) == [RunFolder.lockName])
  }

  @Test func aFolderOfSomethingElseIsNotTaken() throws {
    let workshop = try NightWorkshop()
    try workshop.folder.write("runs/letter.txt", "dear")
    let error = #expect(throws: FileError.self) { try workshop.night() }
    #expect(error?.kind == .cannotCreate)
  }

  @Test func aChampionThatChangedInTheNightStays() throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*"])
    _ = try workshop.night(NightWorkshop.text.replacing("steps: 60", with: "steps: 8"))
    try workshop.arrive("2.jsonl", ["the *"])
    let folder = workshop.folder.file("other")
    try Files.copyFolder(Files.join(workshop.registry.folder, "v000001/model"), to: folder)
    let registry = try workshop.registry
    let night = try workshop.night { event in
      guard case .note(let text) = event, text.hasPrefix("measuring the candidate") else { return false }
      _ = try? RegistryWriter(registry).promote(
        RegistryWriter.Candidate(parts: [("model", folder)], decision: ["outcome": "promoted"]))
      return false
    }
    #expect(night.status == "refused" && night.exitCode == 10)
    #expect(
      night.reasons.first?.hasPrefix("the champion is v000002 now, the candidate was compared with v000001") == true)
    #expect(try workshop.champion == "v000002" && registry.problems() == [])
    // The next night compares with the new one.
    #expect(try workshop.night().result["version"]?.stringValue == "v000003")
  }

  @Test func whatWasRolledBackIsNotPromotedAgain() throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*"])
    _ = try workshop.night(NightWorkshop.text.replacing("steps: 60", with: "steps: 8"))
    try workshop.arrive("2.jsonl", ["the *"])
    #expect(try workshop.night().result["version"] == "v000002")
    _ = try RegistryWriter(workshop.registry).rollBack()
    let night = try workshop.night()
    #expect(night.status == "nothing-new" && night.result["version"] == "v000001")
    // New rows make a new candidate, which is compared with the version that serves.
    try workshop.arrive("3.jsonl", ["* the"])
    #expect(try workshop.night().result["version"] == "v000003")
  }

  @Test func oldStagesAreRemoved() throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*"])
    _ = try workshop.night(NightWorkshop.text, ["output.keep=1"])
    let first = try workshop.stages
    try workshop.arrive("2.jsonl", ["* the"])
    _ = try workshop.night(NightWorkshop.text, ["output.keep=2"])
    #expect(try workshop.stages.count == 2)
    try workshop.arrive("3.jsonl", ["* the"])
    _ = try workshop.night(NightWorkshop.text, ["output.keep=1"])
    let last = try workshop.stages
    #expect(last.count == 1 && last != first)
    let rows = try Files.list(workshop.output).filter { $0.hasPrefix("rows-") }
    #expect(rows.count == 1)
  }
}
