import Files
import JSONText
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Encoders

/// The row of the padding token in the word embeddings has no gradient, as `padding_idx` of PyTorch's `Embedding`, where
/// that token stands inside a text.
@Suite struct PaddingRowTests {
  @Test(arguments: GoldenFamily.all) func itHasNoGradient(_ family: GoldenFamily) throws {
    let config = try JSONFile.read(Files.join(family.biEncoder, "config.json")).objectValue
    let padding = Int32(try #require(config?["pad_token_id"]?.integerValue))
    let model = try BiEncoder(folder: family.biEncoder)
    let ids: [Int32] = [7, padding, 9, 12, padding, 8]
    let table = try #require(try gradient(of: model, ids))
    #expect(table.row(Int(padding)).allSatisfy { $0 == 0 })
    for id in Set(ids).subtracting([padding]) { #expect(table.row(Int(id)).contains { $0 != 0 }, "\(id)") }
  }

  /// The classes of transformers have another default each; null is none, and a number below 0 counts from the end.
  @Test func theKeyDecides() throws {
    let folder = try GoldenFamily(name: "bert").biEncoder
    for (value, padding) in [(nil, 0), (.null, nil), (-90, 8), (12, 12), (98, nil)] as [(JSONValue?, Int?)] {
      let copy = try ModelCopy(of: folder)
      try copy.rewrite("config.json") { $0["pad_token_id"] = value }
      let table = try #require(try gradient(of: BiEncoder(folder: copy.path), [7, 8, 9, 12, 0]))
      for id in [7, 8, 9, 12, 0] { #expect(table.row(id).allSatisfy { $0 == 0 } == (id == padding), "row \(id)") }
    }
    let copy = try ModelCopy(of: folder)
    try copy.rewrite("config.json") { $0["pad_token_id"] = "none" }
    #expect(throws: ModelError.self) { try BiEncoder(folder: copy.path) }
  }

  /// The gradient of the word embeddings by the squared vector of a text.
  private func gradient(of model: BiEncoder, _ ids: [Int32]) throws -> Tensor? {
    var model = model
    model.pooling = .mean
    let batch = TokenBatch([Encoding(ids: ids, typeIDs: ids.map { _ in 0 })])
    let gradients = valueAndGradients(of: model) { model in
      var context = ForwardContext.evaluation
      let vectors = model(batch, &context)
      return (vectors * Tensor((0..<vectors.shape.width).map { Float($0 + 1) }, shape: [1, vectors.shape.width])).sum()
    }.gradients
    return gradients[try #require(model.embeddingTables.first)]
  }
}
