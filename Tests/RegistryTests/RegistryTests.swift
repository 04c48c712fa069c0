import Files
import JSONText
import Runs
import TestSupport
import Testing

@testable import Registry

/// A registry in a temporary folder, with candidates to promote.
struct Workshop {
  let folder = TemporaryFolder(inMemory: true)
  var registry: ModelRegistry { get throws { try ModelRegistry(folder.file("models"), name: "shop") } }

  func writer() throws -> RegistryWriter { try RegistryWriter(registry, clock: { "2026-01-31T23:59:59Z" }) }

  /// A candidate whose files all hold a text.
  func candidate(_ text: String) throws -> RegistryWriter.Candidate {
    let parts = ["model", "reranker"].map { (name: $0, folder: folder.file("run-\(text)/\($0)")) }
    for part in parts {
      for file in ["config.json", "1_Pooling/config.json"] {
        let path = Files.join(part.folder, file)
        try Files.makeFolder(Files.parent(of: path))
        try Files.write("\(text) \(part.name)", to: path)
      }
    }
    return RegistryWriter.Candidate(
      parts: parts, documents: [("recipe.yaml", text)], decision: ["outcome": "promoted"],
      details: JSONObject([("run", JSONValue("run-\(text)"))]))
  }

  /// The texts that a reader finds behind the link `champion`; nil without a champion.
  static func texts(behind link: String) throws -> Set<String>? {
    guard Files.exists(link) else { return nil }
    let place = try Files.resolve(link)
    var texts: Set<String> = []
    for part in ["model", "reranker"] {
      for file in ["config.json", "1_Pooling/config.json"] {
        let bytes = try Files.read(Files.join(place, part, file))
        texts.insert(String(decoding: bytes, as: UTF8.self).split(separator: " ").first.map(String.init) ?? "")
      }
    }
    return texts
  }
}

@Suite struct RegistryTests {
  private func texts(_ workshop: Workshop) throws -> Set<String>? {
    try Workshop.texts(behind: Files.join(workshop.registry.folder, "champion"))
  }

  @Test func theFirstVersionIsChampionAndHasNoParent() throws {
    let workshop = Workshop()
    let version = try workshop.writer().promote(workshop.candidate("a"), reasons: ["first"])
    let registry = try workshop.registry
    #expect(version.description == "v000001")
    #expect(try registry.champion() == version && registry.previous() == nil)
    #expect(try texts(workshop) == ["a"])
    #expect(try registry.problems() == [])
    #expect(try registry.manifest(of: version).parent == nil)
    #expect(try registry.manifest(of: version).parts == ["model", "reranker"])
    let event = try #require(registry.history().first)
    #expect(event.kind == .promoted && event.reasons == ["first"] && event.details["run"]?.stringValue == "run-a")
  }

  @Test func aRollbackGoesBackThroughTheParents() throws {
    let workshop = Workshop()
    let writer = try workshop.writer()
    for text in ["a", "b", "c"] { _ = try writer.promote(workshop.candidate(text)) }
    let registry = try workshop.registry
    #expect(try registry.previous() == VersionNumber(2))
    #expect(try writer.rollBack(reason: "slow") == VersionNumber(2))
    #expect(try texts(workshop) == ["b"] && registry.previous() == VersionNumber(1))
    #expect(try writer.rollBack() == VersionNumber(1))
    #expect(try texts(workshop) == ["a"] && registry.previous() == nil)
    #expect(throws: RunError.self) { try writer.rollBack() }
    // The number of a version that was rolled back from is not used again.
    #expect(try writer.promote(workshop.candidate("d")) == VersionNumber(4))
    #expect(try registry.manifest(of: VersionNumber(4)).parent == VersionNumber(1))
    #expect(try writer.rollBack(to: VersionNumber(3)) == VersionNumber(3))
    #expect(try registry.previous() == VersionNumber(2))
    #expect(
      try registry.history().map(\.kind) == [
        .promoted, .promoted, .promoted, .rolledBack, .rolledBack, .promoted, .rolledBack,
      ])
    #expect(try registry.problems() == [])
  }

  @Test func aRollbackToWhatIsNotThereOrDamagedIsRefused() throws {
    let workshop = Workshop()
    let writer = try workshop.writer()
    for text in ["a", "b"] { _ = try writer.promote(workshop.candidate(text)) }
    let registry = try workshop.registry
    #expect(throws: RunError.self) { try writer.rollBack(to: VersionNumber(7)) }
    #expect(throws: RunError.self) { try writer.rollBack(to: VersionNumber(2)) }
    try Files.write("other", to: Files.join(registry.folder, "v000001/model/config.json"))
    #expect(throws: RunError.self) { try writer.rollBack() }
    #expect(try texts(workshop) == ["b"])
  }

  @Test func pruningKeepsTheChampionThePreviousOneAndTheNewest() throws {
    let workshop = Workshop()
    let writer = try workshop.writer()
    for text in ["a", "b", "c", "d", "e"] { _ = try writer.promote(workshop.candidate(text)) }
    _ = try writer.rollBack(to: VersionNumber(2))
    #expect(try writer.prune(keep: 1) == [VersionNumber(3), VersionNumber(4)])
    #expect(try workshop.registry.versions() == [1, 2, 5].map { VersionNumber($0) })
    #expect(try writer.prune(keep: 1) == [])
    #expect(try workshop.registry.problems() == [])
    #expect(try writer.promote(workshop.candidate("f")) == VersionNumber(6))
  }

  @Test func verifyingFindsEveryDamage() throws {
    let workshop = Workshop()
    _ = try workshop.writer().promote(workshop.candidate("a"))
    let registry = try workshop.registry
    let version = registry.folder(of: VersionNumber(1))
    try Files.write("x", to: Files.join(version, "model/config.json"))
    try Files.write("y model", to: Files.join(version, "model/1_Pooling/config.json"))
    try Files.remove(Files.join(version, "recipe.yaml"))
    try Files.write("z", to: Files.join(version, "added"))
    #expect(
      try registry.problems() == [
        "v000001: model/1_Pooling/config.json has other content", "v000001: model/config.json has another size",
        "v000001: recipe.yaml is missing", "v000001: added was added",
      ])
    try Files.pointLink(Files.join(registry.folder, "champion"), to: "../elsewhere")
    #expect(try registry.problems().contains { $0.contains("../elsewhere") })
  }

  @Test(arguments: [
    "{}", "[", #"{"format":1,"version":"v000002","created":"","parts":[],"files":[]}"#,
    #"{"format":1,"version":"v000001","created":"","parts":[],"files":[{"path":"../x","size":1,"sha256":""}]}"#,
  ])
  func aDamagedManifestIsOneError(_ content: String) throws {
    let workshop = Workshop()
    let writer = try workshop.writer()
    for text in ["a", "b"] { _ = try writer.promote(workshop.candidate(text)) }
    let registry = try workshop.registry
    try Files.write(content, to: Files.join(registry.folder, "v000001/MANIFEST.json"))
    #expect(throws: FileError.self) { try registry.manifest(of: VersionNumber(1)) }
    #expect(try registry.problems().count == 1)
    #expect(throws: FileError.self) { try writer.rollBack() }
  }

  @Test(arguments: ["", ".", "..", "a/b", ".hidden", "ä", "a b"])
  func aNameThatIsNoFolderIsRefused(_ name: String) {
    #expect(throws: RunError.self) { try ModelRegistry("models", name: name) }
  }

  @Test func oneProcessAtATimeChangesVersions() throws {
    let workshop = Workshop()
    let writer = try workshop.writer()
    let error = #expect(throws: FileError.self) { try workshop.writer() }
    #expect(error?.kind == .temporary)
    withExtendedLifetime(writer) {}
  }

  @Test func aCandidateThatCannotBeCopiedLeavesNothing() throws {
    let workshop = Workshop()
    let writer = try workshop.writer()
    _ = try writer.promote(workshop.candidate("a"))
    var candidate = try workshop.candidate("b")
    candidate.parts[1].folder = workshop.folder.file("missing")
    let before = try CrashStates.snapshot(of: workshop.registry.folder)
    #expect(throws: FileError.self) { try writer.promote(candidate) }
    #expect(try CrashStates.snapshot(of: workshop.registry.folder) == before)
  }
}
