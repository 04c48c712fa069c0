import Encoders
import Files
import JSONText
import Runs
import TestSupport
import Testing

@testable import Recipes

@Suite struct ModelExportTests {
  private let parent = TemporaryFolder()
  private let base = Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny")

  private func export(_ text: String, of other: String? = nil) throws {
    let base = other ?? base
    let report = RunReport(recipe: "trainBiEncoder", folder: parent.path, settings: text)
    let card = ModelCard(
      name: text, base: base, collection: nil, report: report,
      kind: .biEncoder(try BiEncoder(folder: base), base: base, name: text, deed: "fine-tuned"))
    try ModelExport(card: card, data: [])
      .write(to: parent.file("model"), inputs: InputDigests(of: [.model(base)])) {
        try Files.write(text, to: Files.join($0, "model.safetensors"))
      }
  }

  /// The text that the model in place was exported with; nil where there is none or it is not whole.
  private func exported() throws -> String? {
    guard Files.exists(parent.file("model")) else { return nil }
    let weights = String(decoding: try Files.read(parent.file("model/model.safetensors")), as: UTF8.self)
    let provenance = try JSONReader.parse(Files.read(parent.file("model/hone.json"))).objectValue
    let card = String(decoding: try Files.read(parent.file("model/README.md")), as: UTF8.self)
    return provenance?["recipe"]?.stringValue == weights && card.contains("# \(weights)\n") ? weights : nil
  }

  @Test func thereIsAModelAtEveryMomentOfItsReplacement() throws {
    var crashPoints = 0
    var didFinish = false
    while !didFinish {
      try export("old")
      #expect(try exported() == "old")
      didFinish = try !Crash.before(change: crashPoints) { try export("new") }
      if !didFinish { crashPoints += 1 }
      #expect(["old", "new"].contains(try exported()), "after \(crashPoints) changes")
    }
    #expect(try exported() == "new")
    #expect(crashPoints == 23)
  }

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
