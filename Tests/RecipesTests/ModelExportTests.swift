import Encoders
import Files
import JSONText
import Runs
import TestSupport
import Testing

@testable import Recipes

@Suite struct ModelExportTests {
  private struct Crash: Error {}

  private let parent = TemporaryFolder()
  private let base = Files.join(Locations.repositoryRoot, "Tests/Goldens/bert-tiny")

  private func export(
    _ text: String, _ willPerform: @escaping (DurableFolder.Operation) throws -> Void = { _ in }
  ) throws {
    let report = RunReport(recipe: "trainBiEncoder", folder: parent.path, settings: text)
    let card = ModelCard(
      name: text, base: base, collection: nil, report: report,
      kind: .biEncoder(try BiEncoder(folder: base), base: base, name: text, deed: "fine-tuned"))
    try ModelExport(card: card, data: [], willPerform: willPerform)
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
      var remaining = crashPoints
      do {
        try export("new") { _ in
          if remaining == 0 { throw Crash() }
          remaining -= 1
        }
        didFinish = true
      } catch is Crash {
        crashPoints += 1
      }
      #expect(["old", "new"].contains(try exported()), "after \(crashPoints) changes")
    }
    #expect(try exported() == "new")
    #expect(crashPoints == 7)
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
}
