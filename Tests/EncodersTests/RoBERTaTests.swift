import Files
import JSONText
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Encoders

/// What RoBERTa has of its own: three classes, and positions after the padding token.
@Suite struct RoBERTaTests {
  private let texts = ["find a file", "chess board"]
  private let pairs: [(query: String, document: String)] = [("find a file", "search text"), ("chess", "game board")]

  // MARK: - Classes

  @Test(arguments: [("roberta", "Roberta"), ("camembert", "Camembert"), ("xlm-roberta", "XLMRoberta")])
  func eachClassIsTheSameModelUnderItsNames(_ type: String, _ stem: String) throws {
    let biEncoder = try ModelCopy(of: robertaFolder)
    try biEncoder.rewrite("config.json") { $0["model_type"] = JSONValue(type) }
    let model = try BiEncoder(folder: biEncoder.path)
    #expect(
      try model.encode(texts, as: .document).elements
        == BiEncoder(folder: robertaFolder).encode(texts, as: .document).elements)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    var written = try saved.object("config.json")
    #expect(written["model_type"] == JSONValue(type) && written["architectures"] == [JSONValue(stem + "Model")])

    let crossEncoder = try ModelCopy(of: robertaCrossEncoderFolder)
    try crossEncoder.rewrite("config.json") { $0["model_type"] = JSONValue(type) }
    let again = try ModelCopy(empty: true)
    try CrossEncoder(folder: crossEncoder.path).save(to: again.path)
    written = try again.object("config.json")
    #expect(written["architectures"] == [JSONValue(stem + "ForSequenceClassification")])
  }

  @Test(arguments: ["roberta.", "xlm-roberta.", "camembert."])
  func everyPrefixIsRead(_ prefix: String) throws {
    let copy = try ModelCopy(of: robertaFolder)
    try copy.rewriteWeights { prefix + $0 }
    #expect(
      try BiEncoder(folder: copy.path).encode(texts, as: .document).elements
        == BiEncoder(folder: robertaFolder).encode(texts, as: .document).elements)
  }

  @Test func theHeadOfThePretrainingAndTheBufferAreIgnoredAndThePoolerIsKept() throws {
    let copy = try ModelCopy(of: robertaFolder)
    try copy.addTensors(
      name: { $0.hasPrefix("pooler.") ? "lm_head." + $0 : "embeddings.position_ids." + $0 }, values: { $0 })
    let model = try BiEncoder(folder: copy.path)
    #expect(model.carried.keys.elements.sorted() == ["pooler.dense.bias", "pooler.dense.weight"])
  }

  // MARK: - Positions

  @Test func positionsFollowThePaddingToken() {
    let batch = TokenBatch(
      [[0, 5, 1, 6, 2], [1, 1], [0], []].map { Encoding(ids: $0, typeIDs: $0.map { _ in 0 }) })
    #expect(batch.positions(padding: 1) == [2, 3, 1, 4, 5, 1, 1, 2])
    #expect(batch.positions(padding: 0) == [0, 1, 2, 3, 4, 1, 2, 0])
  }

  @Test func theLongestTextHasAllPositionsAfterThePaddingToken() throws {
    #expect(try ModelOutline(folder: robertaFolder).shape.positions == 64)
    let copy = try ModelCopy(of: robertaFolder)
    try copy.rewrite("config.json") { $0["pad_token_id"] = 4 }
    #expect(try ModelOutline(folder: copy.path).shape.positions == 61)
    // Without the key it is that of transformers.
    try copy.rewrite("config.json") { $0["pad_token_id"] = nil }
    #expect(try ModelOutline(folder: copy.path).shape.positions == 64)
    let model = try BiEncoder(folder: copy.path)
    let long = try model.tokenize([String(repeating: "search ", count: 100)], as: .document)
    #expect(long[0].ids.count == 64)
    var context = ForwardContext.evaluation
    #expect(model(TokenBatch(long), &context).isFinite)
  }

  @Test func theRowsOfThePaddingTokenAreNotTrained() throws { try expectPaddingUntrained(in: robertaFolder) }
}

/// Expects the rows of the padding token in the tables of words and positions to have no gradient, as with
/// `padding_idx` of PyTorch.
func expectPaddingUntrained(in folder: String, _ tables: [String] = ["word", "position"]) throws {
  let model = try BiEncoder(folder: folder)
  let batch = TokenBatch([Encoding(ids: [0, 1, 7, 1, 2], typeIDs: [0, 0, 0, 0, 0])])
  let (_, gradients) = valueAndGradients(of: model) { model in
    var context = ForwardContext.evaluation
    return model.transformer(batch, &context).tanh().sum()
  }
  for table in tables {
    let gradient = try #require(gradients["embeddings.\(table)_embeddings.weight"])
    #expect(gradient.slice(1..<2).elements.allSatisfy { $0 == 0 }, "\(table)")
    #expect(gradient.slice(2..<3).elements.contains { $0 != 0 }, "\(table)")
  }
}

/// The tiny XLM-RoBERTa and its golden values.
let robertaFolder = goldensFolder("roberta-tiny")
/// The tiny cross-encoder of XLM-RoBERTa and its golden values.
let robertaCrossEncoderFolder = goldensFolder("roberta-cross-encoder-tiny")
