import Files
import TestSupport
import Testing

@testable import Runs

/// Every state in which a crash may leave the checkpoints of a run while one is saved, and every failing operation.
@Suite struct CheckpointCrashTests {
  private static let names = [
    "model.safetensors", "optimizer.safetensors", "progress.json", "best.safetensors", "rows.jsonl",
  ]

  private func save(_ step: Int, in folder: String) throws {
    let files = Self.names.map { name in
      CheckpointFile(name: name) { try Files.write("\(name) after \(step)", to: $0) }
    }
    try CheckpointStore(folder: folder, keep: 2).save(step: step, files: files, expectedBytes: 100)
  }

  /// A folder with two checkpoints; a third one will take the place of the first.
  private func begin() throws -> TemporaryFolder {
    let folder = TemporaryFolder(inMemory: true)
    for step in [1, 2] { try save(step, in: folder.path) }
    return folder
  }

  /// The newest checkpoint; nil where it is not as it was saved, or another one is passed over.
  private func newest(in folder: String) throws -> Int? {
    var warnings: [String] = []
    let store = CheckpointStore(folder: folder, keep: 2)
    guard let newest = store.newest(warn: { warnings.append($0) }) else { return nil }
    let isWhole = try Self.names.allSatisfy {
      try Files.read(newest.path(of: $0)) == Array("\($0) after \(newest.step)".utf8)
    }
    return isWhole && warnings.isEmpty ? newest.step : nil
  }

  /// What is wrong with a state, at once and after the next save.
  private func fault(_ state: CrashStates.State, index: Int) throws -> String? {
    let folder = TemporaryFolder(inMemory: true)
    try CrashStates.make(state, in: folder.path)
    guard let found = try newest(in: folder.path), [2, 3].contains(found) else {
      return "state \(index): none is whole"
    }
    try save(found, in: folder.path)
    try save(4, in: folder.path)
    let names = try Files.list(folder.path)
    return names == ["checkpoint-\(found)", "checkpoint-4"] ? nil : "state \(index): then there are \(names)"
  }

  private func states(
    _ weaken: ([DiskChange]) -> [DiskChange] = { $0 }
  ) throws -> [CrashStates.State] {
    let folder = try begin()
    let before = try CrashStates.snapshot(of: folder.path)
    let changes = try CrashStates.record { try save(3, in: folder.path) }
    return CrashStates.all(after: before, weaken(changes), root: folder.path)
  }

  @Test func everyStateOfASaveHasTheOldCheckpointOrTheNewOne() throws {
    let states = try states()
    #expect(states.count >= 230, "\(states.count) states")
    let faults = try states.enumerated().compactMap { try fault($1, index: $0) }
    #expect(faults == [])
  }

  @Test(arguments: WeakProtocol.allCases) func aWeakenedSaveIsFound(_ weak: WeakProtocol) throws {
    #expect(try states(weak.weaken).enumerated().contains { try fault($1, index: $0) != nil })
  }

  @Test(arguments: DiskFaults.all) func aFailureLosesNoCheckpoint(_ fault: DiskWitness.Fault, lasting: Bool) throws {
    let count = try DiskFaults.strikeEachChange(fault, lasting: lasting) { breaker in
      let folder = try begin()
      var isSaved = true
      do {
        try breaker.watch { try save(3, in: folder.path) }
      } catch let error as FileError {
        #expect(error.kind == .inputOutput, "\(error)")
        isSaved = false
      }
      let found = try newest(in: folder.path)
      #expect(found == 3 || (found == 2 && !isSaved))
      try save(3, in: folder.path)
      try save(4, in: folder.path)
      #expect(try Files.list(folder.path) == ["checkpoint-3", "checkpoint-4"])
    }
    #expect(count > 40)
  }
}
