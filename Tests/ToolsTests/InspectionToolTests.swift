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

  @Test func aPathThatIsNotThereIsNamed() {
    #expect(throws: FileError.self) { try InspectionTool(path: Files.join(Self.goldens, "none"))() }
  }
}
