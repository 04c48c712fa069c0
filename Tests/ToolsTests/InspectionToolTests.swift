import Encoders
import Files
import JSONText
import Runs
import TestSupport
import Testing

@testable import Tools

@Suite struct InspectionToolTests {
  private static let goldens = Files.join(Locations.repositoryRoot, "Tests", "Goldens")

  private func kind(_ folder: String) throws -> (name: String?, line: String) {
    let outcome = try InspectionTool(path: Files.join(Self.goldens, folder))()
    let object = try #require(try JSONReader.parse(Array(outcome.json.utf8)).objectValue)
    return (object["kind"]?.stringValue, outcome.lines[1])
  }

  @Test func theKindOfAModelIsTold() throws {
    #expect(try kind("bert-tiny") == ("bi-encoder", "bi-encoder"))
    #expect(try kind("cross-encoder-tiny") == ("cross-encoder", "cross-encoder with 1 label: LABEL_0"))
    #expect(try kind("distilbert-tiny") == ("bi-encoder", "bi-encoder"))
    #expect(try kind("distilbert-cross-encoder-tiny").name == "cross-encoder")
  }

  @Test func tensorsAreListedWithTheirSum() throws {
    let outcome = try InspectionTool(path: Files.join(Self.goldens, "bert-tiny/model.safetensors"))()
    let object = try #require(try JSONReader.parse(Array(outcome.json.utf8)).objectValue)
    #expect(object["kind"] == nil)
    let numbers = try #require(object["numbers"]?.integerValue)
    #expect(numbers > 0 && object["bytes"]?.integerValue == 4 * numbers)
    #expect(outcome.lines.contains { $0.hasPrefix("embeddings.word_embeddings.weight") })
  }

  /// sentence-transformers 1 left the transformer in a folder of its own and a config.json beside it that is none.
  @Test func aTransformerInAFolderOfItsOwnIsShown() throws {
    let folder = TemporaryFolder()
    let model = Files.join(Self.goldens, "bert-tiny")
    for file in ["config.json", "model.safetensors", "sentence_bert_config.json"] {
      try folder.write("0_Transformer/\(file)", Files.read(Files.join(model, file)))
    }
    try folder.write("config.json", #"{"__version__": "1.0.0"}"#)
    try folder.write(
      "modules.json",
      #"""
      [{"idx": 0, "name": "0", "path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
       {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
      """#)
    let outcome = try InspectionTool(path: folder.path)()
    #expect(outcome.lines[1] == "bi-encoder" && outcome.lines.contains("0_Transformer/config.json"))
    #expect(outcome.lines.contains { $0.hasPrefix("embeddings.word_embeddings.weight") })
  }

  @Test func weightsThatAreNoSafetensorsAreNamed() throws {
    let folder = TemporaryFolder()
    try folder.write("pytorch_model.bin", "x")
    let error = #expect(throws: ModelError.self) { try InspectionTool(path: folder.path)() }
    #expect(error?.description.contains("only pytorch_model.bin (pickled by PyTorch)") == true)
    let pointer = try folder.write(
      "model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    for path in [folder.path, pointer] {
      let error = #expect(throws: ModelError.self) { try InspectionTool(path: path)() }
      #expect(error?.description.hasPrefix("\(pointer): is a Git LFS pointer") == true)
    }
  }

  @Test func aPathThatIsNotThereIsNamed() {
    #expect(throws: FileError.self) { try InspectionTool(path: Files.join(Self.goldens, "none"))() }
  }
}
