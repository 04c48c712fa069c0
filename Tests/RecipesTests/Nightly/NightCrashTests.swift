import Files
import JSONText
import Registry
import Runs
import Synchronization
import TestSupport
import Testing
import Words

@testable import Recipes

/// Nights that are stopped somewhere and started again.
@Suite struct NightCrashTests {
  /// The content of everything that a night promotes, by name, without times.
  private func promoted(_ workshop: NightWorkshop) throws -> [String: [UInt8]] {
    let registry = try workshop.registry
    let version = try #require(try registry.champion())
    let model = Files.join(registry.folder(of: version), "model")
    return Dictionary(
      uniqueKeysWithValues: try ["model.safetensors", "config.json", "tokenizer.json"].map {
        ($0, try Files.read(Files.join(model, $0)))
      })
  }

  /// Stopped in training, in measuring, or while timing, a night ends with the same bytes.
  @Test(arguments: ["training", "encoding documents", "timing"])
  func aStoppedNightEndsWithTheSameBytes(_ task: String) throws {
    let whole = try NightWorkshop()
    try whole.arrive("1.jsonl", ["*", "the *"])
    _ = try whole.night()
    let stopped = try NightWorkshop()
    try stopped.arrive("1.jsonl", ["*", "the *"])
    #expect(throws: RunInterrupted.self) {
      try stopped.night { event in
        guard case .progress(let progress) = event else { return false }
        return progress.task == task && (task != "training" || progress.done >= 25)
      }
    }
    #expect(try stopped.champion == nil)
    let night = try stopped.night()
    #expect(night.notes.contains("going on with the night that was stopped"))
    #expect(night.status == "promoted")
    #expect(try promoted(stopped) == promoted(whole))
    #expect(try stopped.registry.history().count == 1)
    #expect(try stopped.night().status == "nothing-new")
  }

  /// Killed after the decision and before any later step, a night is ended by the next start, once.
  @Test(arguments: ["nights.jsonl", "arrivals.jsonl", "history.jsonl", "champion"])
  func aDecidedNightIsEndedOnce(_ lost: String) throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*", "the *"])
    _ = try workshop.night()
    // Undo the steps from one on, as if the process had died before it.
    let (journal, arrivals) = (
      Files.join(workshop.output, "nights.jsonl"), Files.join(workshop.output, "arrivals.jsonl")
    )
    let lines = String(decoding: try Files.read(journal), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 2)
    try Files.write(lines[0] + "\n", to: journal)
    if lost != "nights.jsonl" { try Files.remove(arrivals) }
    let registry = try workshop.registry
    if lost == "history.jsonl" || lost == "champion" { try Files.remove(Files.join(registry.folder, "history.jsonl")) }
    if lost == "champion" { try Files.remove(Files.join(registry.folder, "champion")) }
    let night = try workshop.night()
    #expect(night.status == "promoted" && night.result["version"]?.stringValue == "v000001")
    #expect(!night.notes.contains { $0.hasPrefix("stage") })
    #expect(try registry.versions().count == 1 && registry.history().count == 1)
    #expect(try registry.problems() == [])
    #expect(Files.exists(arrivals))
    #expect(try workshop.night().status == "nothing-new")
  }

  @Test func aRefusalIsNotedOnce() throws {
    let workshop = try NightWorkshop()
    try workshop.arrive("1.jsonl", ["*", "the *"])
    let strict = ["gate.leastEffect=1"]
    _ = try workshop.night(NightWorkshop.text, strict)
    let journal = Files.join(workshop.output, "nights.jsonl")
    let lines = String(decoding: try Files.read(journal), as: UTF8.self).split(separator: "\n")
    try Files.write(lines[0] + "\n", to: journal)
    #expect(try workshop.night(NightWorkshop.text, strict).status == "refused")
    #expect(try workshop.registry.history().count == 1)
  }
}
