import Encoders
import Files
import JSONText
import Runs
import TestSupport
import Testing

@testable import Recipes

@Suite struct ModelExportTests {
  private let parent = TemporaryFolder(inMemory: true)
  private let base = Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny")

  private func export(_ text: String, of other: String? = nil, in parent: TemporaryFolder? = nil) throws {
    let parent = parent ?? self.parent
    let base = other ?? base
    let report = RunReport(recipe: "trainBiEncoder", folder: parent.path, settings: text)
    let card = ModelCard(
      name: text, base: base, collection: nil, report: report,
      kind: .biEncoder(try BiEncoder(folder: base), base: base, name: text, deed: "fine-tuned"))
    try ModelExport(card: card, data: [])
      .write(to: parent.file("model"), inputs: InputDigests(of: [.model(base)])) { folder in
        for name in Self.files {
          try Files.makeFolder(Files.parent(of: Files.join(folder, name)))
          try Files.write(Self.content(of: name, text), to: Files.join(folder, name))
        }
      }
  }

  /// The files that a bi-encoder saves.
  private static let files = [
    "1_Pooling/config.json", "2_Normalize/config.json", "config.json", "config_sentence_transformers.json",
    "modules.json", "sentence_bert_config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json",
    "vocab.txt", "model.safetensors",
  ]

  private static func content(of name: String, _ text: String) -> String {
    "\(text) content of \(name), which is long enough to be cut in many places"
  }

  /// The text that the model in place was exported with; nil where there is none or it is not whole.
  private func exported(in parent: TemporaryFolder? = nil) throws -> String? {
    let parent = parent ?? self.parent
    guard Files.exists(parent.file("model")) else { return nil }
    func text(_ name: String) throws -> String {
      String(decoding: try Files.read(parent.file("model/\(name)")), as: UTF8.self)
    }
    let weights = try text("model.safetensors").split(separator: " ").first.map(String.init) ?? ""
    for name in Self.files { guard try text(name) == Self.content(of: name, weights) else { return nil } }
    let provenance = try JSONReader.parse(Files.read(parent.file("model/hone.json"))).objectValue
    let card = try text("README.md")
    return provenance?["recipe"]?.stringValue == weights && card.contains("# \(weights)\n") ? weights : nil
  }

  // MARK: - Crashes and failures

  /// What is wrong with a state, at once and after the beginning of the next export.
  private func fault(_ state: CrashStates.State, index: Int) throws -> String? {
    let place = TemporaryFolder(inMemory: true)
    try CrashStates.make(state, in: place.path)
    let found = try? exported(in: place)
    guard found == "old" || found == "new" else { return "state \(index): \(found ?? "no whole model")" }
    try DurableFolder(place.file("model")).recover()
    guard try exported(in: place) == found, try Files.list(place.path) == ["model"] else {
      return "state \(index): then there are \(try Files.list(place.path))"
    }
    return nil
  }

  private func states(_ weaken: ([DiskChange]) -> [DiskChange] = { $0 }) throws -> [CrashStates.State] {
    try export("old")
    let before = try CrashStates.snapshot(of: parent.path)
    return CrashStates.all(after: before, weaken(try CrashStates.record { try export("new") }), root: parent.path)
  }

  @Test func everyStateOfAnExportIsTheOldModelOrTheNewOne() throws {
    let states = try states()
    #expect(states.count >= 470, "\(states.count) states")
    let faults = try states.enumerated().compactMap { try fault($1, index: $0) }
    #expect(faults == [])
  }

  @Test(arguments: WeakProtocol.allCases) func aWeakenedExportIsFound(_ weak: WeakProtocol) throws {
    #expect(try states(weak.weaken).enumerated().contains { try fault($1, index: $0) != nil })
  }

  @Test(arguments: DiskFaults.all) func aFailureLeavesTheOldModelOrTheNewOne(
    _ fault: DiskWitness.Fault, lasting: Bool
  ) throws {
    let count = try DiskFaults.strikeEachChange(fault, lasting: lasting) { breaker in
      try export("old")
      #expect(try exported() == "old")
      do {
        try breaker.watch { try export("new") }
      } catch let error as FileError {
        #expect(error.kind == .inputOutput, "\(error)")
      }
      #expect(["old", "new"].contains(try exported()))
    }
    #expect(count > 20)
  }

  // MARK: - Provenance

  @Test func provenanceNamesTheWeightsOfTheBase() throws {
    try export("only")
    let provenance = try JSONReader.parse(Files.read(parent.file("model/hone.json"))).objectValue
    let weights = provenance?["baseModel"]?.objectValue?["weights"]?.arrayValue ?? []
    let names = try Files.list(base).filter { $0.hasSuffix(".safetensors") }
    #expect(names.contains("model.safetensors"))
    let expected = try names.map { name -> JSONValue in
      let path = Files.join(base, name)
      return ["path": JSONValue(path), "sha256": JSONValue(try FileDigest.sha256(of: path))]
    }
    #expect(weights == expected)
  }

  /// A base model from the Hub is named by repository and commit, as long as its weights are those that were fetched.
  @Test func provenanceNamesTheRepositoryOfTheBase() throws {
    let fetched = parent.file("base")
    try Files.copyFolder(base, to: fetched)
    try Files.remove(Files.join(fetched, "golden.safetensors"))
    let weights = Files.join(fetched, "model.safetensors")
    let file = HubOrigin.File(
      path: "model.safetensors", bytes: try Files.size(weights), sha256: try FileDigest.sha256(of: weights))
    try HubOrigin(endpoint: "https://hub.example", repository: "owner/bert", revision: "0123", files: [file])
      .write(to: fetched)
    #expect(HubOrigin(in: fetched)?.files == [file])
    func source() throws -> JSONValue? {
      try JSONReader.parse(Files.read(parent.file("model/hone.json"))).objectValue?["baseModel"]?.objectValue?["source"]
    }
    func baseLine() throws -> String? {
      String(decoding: try Files.read(parent.file("model/README.md")), as: UTF8.self).split(separator: "\n")
        .first { $0.hasPrefix("base_model: ") }.map(String.init)
    }
    try export("one", of: fetched)
    #expect(
      try source() == ["endpoint": "https://hub.example", "repository": "owner/bert", "revision": "0123"])
    #expect(try baseLine() == "base_model: \"owner/bert\"")
    let other = HubOrigin.File(path: file.path, bytes: file.bytes, sha256: String(repeating: "0", count: 64))
    try HubOrigin(endpoint: "https://hub.example", repository: "owner/bert", revision: "0123", files: [other])
      .write(to: fetched)
    try export("two", of: fetched)
    #expect(try source() == nil)
    #expect(try baseLine() == "base_model: \"base\"")
  }
}
