import Files
import Synchronization
import TestSupport
import Testing

@testable import Registry

/// Every state in which a crash may leave a registry, and every failing operation.
@Suite struct RegistryCrashTests {
  /// The changes of the second promotion, with the state before them.
  private func promotion(of workshop: Workshop) throws -> (before: CrashStates.State, changes: [DiskChange]) {
    let writer = try workshop.writer()
    for text in ["a", "b"] { _ = try writer.promote(workshop.candidate(text)) }
    let candidate = try workshop.candidate("c")
    let before = try CrashStates.snapshot(of: workshop.registry.folder)
    return (before, try CrashStates.record { _ = try writer.promote(candidate) })
  }

  /// What is wrong with a state: for a reader that comes at once, and for the next process.
  private func fault(_ state: CrashStates.State, index: Int) throws -> String? {
    let folder = TemporaryFolder()
    let registry = try ModelRegistry(folder.path, name: "shop")
    try Files.makeFolder(registry.folder)
    try CrashStates.make(state, in: registry.folder)
    let found = try? Workshop.texts(behind: Files.join(registry.folder, "champion"))
    guard let found, found == ["b"] || found == ["c"] else {
      return "state \(index): a reader finds \(found.map { "\($0)" } ?? "nothing")"
    }
    let writer = try RegistryWriter(registry)
    guard try registry.problems() == [] else { return "state \(index): \(try registry.problems())" }
    let previous = try registry.previous()
    guard previous == VersionNumber(found == ["b"] ? 1 : 2) else {
      return "state \(index): previous is \(previous?.description ?? "none")"
    }
    guard try Workshop.texts(behind: Files.join(registry.folder, "champion")) == found else {
      return "state \(index): the champion changed"
    }
    guard try registry.versions().count == (found == ["b"] ? 2 : 3) else { return "state \(index): leftovers" }
    withExtendedLifetime(writer) {}
    return nil
  }

  @Test func everyStateOfAPromotionHasTheOldChampionOrTheNewOne() throws {
    let workshop = Workshop()
    let (before, changes) = try promotion(of: workshop)
    let states = CrashStates.all(after: before, changes, root: try workshop.registry.folder)
    #expect(states.count >= 80, "\(states.count) states")
    let faults = try states.enumerated().compactMap { try fault($1, index: $0) }
    #expect(faults == [])
  }

  /// Without one kind of `fsync`, some state must be bad, else the test above proves nothing.
  @Test(arguments: ["files", "folders"])
  func aWeakenedProtocolIsFound(_ what: String) throws {
    let workshop = Workshop()
    let (before, changes) = try promotion(of: workshop)
    var folders: Set<Int32> = []
    let weakened = changes.filter { change in
      switch change {
      case .opened(let descriptor, let path):
        if Files.isFolder(path) { folders.insert(descriptor) } else { folders.remove(descriptor) }
        return true
      case .synchronize(let descriptor): return folders.contains(descriptor) != (what == "folders")
      default: return true
      }
    }
    #expect(weakened.count < changes.count)
    let states = CrashStates.all(after: before, weakened, root: try workshop.registry.folder)
    #expect(try states.enumerated().contains { try fault($1, index: $0) != nil })
  }

  /// A failure of the n-th change, once or from then on, for every n.
  @Test(arguments: [(DiskWitness.Fault.inputOutput, true), (.noSpace, true), (.inputOutput, false)])
  func aFailureLeavesTheOldChampionOrTheNewOne(_ fault: DiskWitness.Fault, lasting: Bool) throws {
    var failing = 0
    var didFinish = false
    var workshop = Workshop()
    while !didFinish {
      let writer = try workshop.writer()
      if try workshop.registry.champion() == nil {
        for text in ["a", "b"] { _ = try writer.promote(workshop.candidate(text)) }
      }
      #expect(try workshop.registry.problems() == [])
      let candidate = try workshop.candidate("c")
      let count = Mutex(0)
      let breaker = DiskWitness { [failing] change in
        if case .opened = change { return nil }
        return count.withLock { count in
          defer { count += 1 }
          return count == failing || (lasting && count > failing) ? fault : nil
        }
      }
      do {
        _ = try breaker.watch { try writer.promote(candidate) }
        didFinish = count.withLock { $0 } <= failing
      } catch let error as FileError {
        #expect(error.kind == .inputOutput, "change \(failing): \(error)")
      }
      let found = try Workshop.texts(behind: Files.join(workshop.registry.folder, "champion"))
      #expect(found == ["b"] || found == ["c"], "change \(failing)")
      if found == ["c"] { workshop = Workshop() }
      failing += 1
      try #require(failing < 1000)
    }
    #expect(failing > 30)
  }
}
