import Encoders
import Files
import Kernels
import Retrieval
import Tensors
import TestSupport
import Testing

@testable import Evaluation

/// The vectors of a search are such that their inner products order documents as the model's similarity does.
@Suite struct ModelVectorsTests {
  private let texts = ["find a file", "Fast network packets, sounding the board!"]

  private func model(_ similarity: SimilarityFunction, normalized: Bool) throws -> BiEncoder {
    let whole = try BiEncoder(folder: Files.join(Locations.repositoryRoot, "Tests", "Goldens", "bert-tiny"))
    var model = normalized ? whole : whole.withoutFinalNormalize
    model.settings.similarity = similarity
    return model
  }

  private func search(_ model: BiEncoder) throws -> [Float] {
    try model.searchVectors(of: texts, as: .document, task: "encoding") { _ in }.buffer.elements
  }

  @Test func innerProductsAreOfTheVectorsAsTheyAre() throws {
    let model = try model(.dot, normalized: false)
    let plain = try model.encode(texts, as: .document)
    #expect(try search(model) == plain.elements)
    #expect(plain.elements != plain.normalizedRows().elements)
  }

  @Test(arguments: [(SimilarityFunction.cosine, false), (.cosine, true), (.euclidean, true)])
  func cosinesAreOfVectorsOfLengthOne(_ similarity: SimilarityFunction, _ normalized: Bool) throws {
    let model = try model(similarity, normalized: normalized)
    let expected = try model.encode(texts, as: .document).normalizedRows().elements
    let found = try search(model)
    #expect(found.count == 64 && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test(arguments: [(SimilarityFunction.euclidean, false), (.manhattan, false), (.manhattan, true)])
  func distancesThatNoInnerProductOrdersAreRefused(_ similarity: SimilarityFunction, _ normalized: Bool) throws {
    let model = try model(similarity, normalized: normalized)
    let error = #expect(throws: ModelError.self) { try search(model) }
    #expect(error?.description.contains("'similarity_fn_name' is \(similarity.rawValue)") == true)
  }
}
