import Files
import Synchronization
import TestSupport
import Testing

@testable import Runs

@Suite struct CheckpointStoreTests {
  private func files(_ step: Int) -> [CheckpointFile] {
    [
      CheckpointFile(name: "model.safetensors") { try Files.write("weights after \(step)", to: $0) },
      CheckpointFile(name: "optimizer.safetensors") { try Files.write("moments after \(step)", to: $0) },
      CheckpointFile(name: "state.json") { try Files.write("{\"step\":\(step)}", to: $0) },
    ]
  }

  private func newest(_ store: CheckpointStore) -> (step: Int?, warnings: [String]) {
    var warnings: [String] = []
    let checkpoint = store.newest { warnings.append($0) }
    return (checkpoint?.step, warnings)
  }

  @Test func keepsTheNewestOnes() throws {
    let folder = TemporaryFolder()
    let store = CheckpointStore(folder: folder.path, keep: 2)
    for step in [5, 10, 9, 100] { try store.save(step: step, files: files(step), expectedBytes: 100) }
    #expect(try Files.list(folder.path) == ["checkpoint-10", "checkpoint-100"])
    let checkpoint = try #require(store.newest { Issue.record("\($0)") })
    #expect(try Files.read(checkpoint.path(of: "model.safetensors")) == Array("weights after 100".utf8))
    try store.removeAll()
    #expect(try Files.list(folder.path) == [])
  }

  /// A run that passes over a damaged checkpoint starts again before it, and saves steps before it.
  @Test func aDamagedNewerOneDoesNotTakeThePlaceOfANewOne() throws {
    let folder = TemporaryFolder()
    let store = CheckpointStore(folder: folder.path, keep: 1)
    try store.save(step: 14, files: files(14), expectedBytes: 100)
    try Files.write("other", to: folder.file("checkpoint-14/state.json"))
    try store.save(step: 7, files: files(7), expectedBytes: 100)
    #expect(try Files.list(folder.path) == ["checkpoint-7"])
    #expect(newest(store).step == 7)
  }

  @Test func savingACompleteStepAgainChangesNothing() throws {
    let folder = TemporaryFolder()
    let store = CheckpointStore(folder: folder.path, keep: 1)
    try store.save(step: 3, files: files(3), expectedBytes: 100)
    let changes = try CrashStates.record { try store.save(step: 3, files: files(3), expectedBytes: 100) }
    #expect(changes == [])
  }

  /// A process that died after a save and before it removed the oldest one.
  @Test func savingACompleteStepAgainRemovesOlderOnes() throws {
    let folder = TemporaryFolder()
    for step in [3, 4, 5] {
      try CheckpointStore(folder: folder.path, keep: 3).save(step: step, files: files(step), expectedBytes: 100)
    }
    try CheckpointStore(folder: folder.path, keep: 2).save(step: 5, files: files(5), expectedBytes: 100)
    #expect(try Files.list(folder.path) == ["checkpoint-4", "checkpoint-5"])
  }

  /// Stops before every single change of a save that also removes an older checkpoint, starting from a state in which an older
  /// crash left its traces, and looks what is found afterwards.
  @Test func aCrashAtAnyMomentLeavesTheNewestCompleteOne() throws {
    var crashPoints = 0
    var didFinish = false
    while !didFinish {
      let folder = TemporaryFolder()
      let store = CheckpointStore(folder: folder.path, keep: 1)
      try store.save(step: 1, files: files(1), expectedBytes: 100)
      try Files.makeFolder(folder.file(".tmp-checkpoint-2-1"))
      try Files.write("half", to: folder.file(".tmp-checkpoint-2-1/model.safetensors"))
      try Files.makeFolder(folder.file(".trash-checkpoint-0"))
      let isRenamed = Mutex(false)
      didFinish = try !Crash.before(
        change: crashPoints,
        willChange: { change in
          if case .rename(_, let to) = change, to.hasSuffix("/checkpoint-2") { isRenamed.withLock { $0 = true } }
        }, { try store.save(step: 2, files: files(2), expectedBytes: 100) })
      if !didFinish { crashPoints += 1 }
      let found = newest(store)
      #expect(found.step == (isRenamed.withLock { $0 } ? 2 : 1), "after \(crashPoints) changes")
      #expect(found.warnings == [])
      // The next save clears up.
      try store.save(step: 3, files: files(3), expectedBytes: 100)
      #expect(try Files.list(folder.path) == ["checkpoint-3"])
    }
    #expect(crashPoints == 34)
  }

  /// Every way in which a file of the newest checkpoint can be damaged makes the one before it count.
  @Test func aDamagedCheckpointIsPassedOverWithAWarning() throws {
    let damages: [(name: String, content: String?)] = [
      ("model.safetensors", nil), ("model.safetensors", ""), ("model.safetensors", "weights after 3"),
      ("optimizer.safetensors", "moments afte"), ("state.json", nil), ("MANIFEST.json", nil), ("MANIFEST.json", ""),
      ("MANIFEST.json", "{\"version\": 1, \"step\": 1, \"files\": []}"), ("MANIFEST.json", "{\"version\": 2}"),
      (
        "MANIFEST.json",
        "{\"version\": 1, \"step\": 2, \"files\": [{\"name\": \"../x\", \"size\": 0, \"sha256\": \"\"}]}"
      ),
    ]
    for damage in damages {
      let folder = TemporaryFolder()
      let store = CheckpointStore(folder: folder.path, keep: 2)
      for step in [1, 2] { try store.save(step: step, files: files(step), expectedBytes: 100) }
      let path = folder.file("checkpoint-2/\(damage.name)")
      if let content = damage.content { try Files.write(content, to: path) } else { try Files.remove(path) }
      let found = newest(store)
      #expect(found.step == 1, "\(damage)")
      #expect(found.warnings.count == 1)
      #expect(found.warnings.first?.hasPrefix("\(folder.path)/checkpoint-2 is not complete (") == true)
    }
  }

  @Test func aFullDiskIsSeenBeforehand() throws {
    let folder = TemporaryFolder()
    let store = CheckpointStore(folder: folder.path, keep: 1)
    do {
      try store.save(step: 1, files: files(1), expectedBytes: 1 << 60)
      Issue.record("there is no such disk")
    } catch let error as FileError {
      #expect(error.kind == .inputOutput)
      #expect(error.description.hasPrefix("no space for a checkpoint in \(folder.path): it needs about 1383505.8 TB, "))
      #expect(error.description.hasSuffix(" are free; free some space, then go on with --resume"))
    }
    #expect(try Files.list(folder.path) == [])
  }
}
