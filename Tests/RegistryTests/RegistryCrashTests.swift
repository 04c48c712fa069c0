import Files
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
    let folder = TemporaryFolder(inMemory: true)
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
    #expect(states.count >= 300, "\(states.count) states")
    let faults = try states.enumerated().compactMap { try fault($1, index: $0) }
    #expect(faults == [])
  }

  private func expectFault(afterMaking changes: [DiskChange], _ before: CrashStates.State, _ root: String) throws {
    let states = CrashStates.all(after: before, changes, root: root)
    #expect(try states.enumerated().contains { try fault($1, index: $0) != nil })
  }

  @Test(arguments: WeakProtocol.allCases) func aWeakenedPromotionIsFound(_ weak: WeakProtocol) throws {
    let workshop = Workshop()
    let (before, changes) = try promotion(of: workshop)
    try expectFault(afterMaking: weak.weaken(changes), before, workshop.registry.folder)
  }

  /// The link leads to the version before that is on the disk.
  @Test func aLinkThatIsChangedTooEarlyIsFound() throws {
    let workshop = Workshop()
    let (before, changes) = try promotion(of: workshop)
    let first = try #require(
      changes.firstIndex {
        if case .unlink(let path) = $0 { path.hasSuffix(".tmp-link-champion") } else { false }
      })
    let rename = try #require(
      changes.firstIndex { if case .rename(_, let to) = $0 { to.hasSuffix("/champion") } else { false } })
    // The folder is opened and synchronized after the rename.
    let link = changes[first...rename + 2]
    let early = Array(link) + changes[..<first] + changes[(rename + 3)...]
    #expect(early.count == changes.count)
    try expectFault(afterMaking: early, before, workshop.registry.folder)
  }

  @Test(arguments: DiskFaults.all) func aFailureLeavesTheOldChampionOrTheNewOne(
    _ fault: DiskWitness.Fault, lasting: Bool
  ) throws {
    var workshop = Workshop()
    let count = try DiskFaults.strikeEachChange(fault, lasting: lasting) { breaker in
      let writer = try workshop.writer()
      if try workshop.registry.champion() == nil {
        for text in ["a", "b"] { _ = try writer.promote(workshop.candidate(text)) }
      }
      #expect(try workshop.registry.problems() == [])
      let candidate = try workshop.candidate("c")
      do {
        _ = try breaker.watch { try writer.promote(candidate) }
      } catch let error as FileError {
        #expect(error.kind == .inputOutput, "\(error)")
      }
      let found = try Workshop.texts(behind: Files.join(workshop.registry.folder, "champion"))
      #expect(found == ["b"] || found == ["c"])
      if found == ["c"] { workshop = Workshop() }
    }
    #expect(count > 30)
  }
}
