import Encoders
import Files
import JSONText
import Kernels
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training

/// A two-layer BERT with random weights against what PyTorch computed in double precision from the same weights
/// (Tests/Goldens/make/make_bert.py): every layer, every pooling, the loss, all gradients and ten steps of AdamW.
@Suite struct GoldenTests {
  let model: BiEncoder
  let golden: SafetensorsFile
  let batch: TokenBatch

  init() throws {
    model = try BiEncoder(folder: goldenFolder)
    golden = try SafetensorsFile(Files.join(goldenFolder, "golden.safetensors"))
    let ids = try golden.integers(named: "ids").map { Int32($0) }
    let types = try golden.integers(named: "types").map { Int32($0) }
    var batch = TokenBatch()
    var start = 0
    for length in try golden.integers(named: "lengths") {
      batch.append(
        Encoding(ids: Array(ids[start..<start + length]), typeIDs: Array(types[start..<start + length])))
      start += length
    }
    self.batch = batch
  }

  @Test func hiddenStatesEqualPyTorch() throws {
    var context = ForwardContext.evaluation
    try expectClose(model.transformer(batch, &context), "layer.1", within: 1e-5)
  }

  @Test(arguments: [
    (Pooling.mean, "mean"), (.cls, "cls"), (.max, "max"), (.meanSqrt, "mean_sqrt_len_tokens"), (.last, "lasttoken"),
  ])
  func pooledVectorsEqualPyTorch(_ pooling: Pooling, _ name: String) throws {
    var context = ForwardContext.evaluation
    let pooled = pooling(model.transformer(batch, &context), batch)
    try expectClose(pooled, "pooled.\(name)", within: 1e-5)
    try expectClose(pooled.normalizedRows(), "normalized.\(name)", within: 1e-6)
    var model = model
    model.pooling = pooling
    try expectClose(model(batch, &context), "normalized.\(name)", within: 1e-6)
  }

  @Test func lossAndAllGradientsEqualPyTorch() throws {
    let (loss, gradients) = valueAndGradients(of: model) { contrastiveLoss(of: $0) }
    // Two units in the last place of the scores, which reach 20.
    try expectClose(loss, "loss", within: 4e-6)
    try expectGradients(gradients, equal: golden, count: 37)
  }

  @Test func tenStepsOfAdamWEqualPyTorch() throws {
    var model = model
    let expected = try golden.floats(named: "adamW.losses")
    let norms = try golden.floats(named: "adamW.norms")
    var optimizer = try AdamW(.init(rate: 1e-3, decay: 0.01, clip: 1), for: model)
    for step in 0..<10 {
      let (value, gradients) = valueAndGradients(of: model) { contrastiveLoss(of: $0) }
      // The loss falls to a thousandth: it is a difference of logarithms of order one, and their rounding remains.
      #expect(abs(value.scalar - expected[step]) <= 1e-5 * max(0.1, expected[step]), "step \(step): \(value.scalar)")
      let norm = try optimizer.step(&model, gradients: gradients, loss: value.scalar, rate: 1e-3)
      #expect(abs(Float(norm) - norms[step]) <= 1e-4 * norms[step], "step \(step): norm \(norm)")
    }
  }

  @Test func textsAreEncodedAsBySentenceTransformers() throws {
    guard
      let texts = try JSONReader.parse(Files.read(Files.join(goldenFolder, "golden.json"))).objectValue?["texts"]?
        .arrayValue
    else {
      Issue.record("golden.json has no texts")
      return
    }
    let strings = texts.compactMap { $0.objectValue?["text"]?.stringValue }
    let ids = texts.map { $0.objectValue?["ids"]?.arrayValue?.compactMap(\.integerValue) ?? [] }
    #expect(strings.count == 7)
    #expect(try model.tokenize(strings, as: .document).map { $0.ids.map(Int.init) } == ids)
    try expectClose(model.encode(strings, as: .document), "texts.embeddings", within: 1e-6)
    // Any batch size gives the same vectors, in the order of the texts.
    try expectClose(model.encode(strings, as: .document, tokens: 1), "texts.embeddings", within: 1e-6)
  }

  /// Cross-entropy of scaled cosines of the first three sequences against the last three.
  private func contrastiveLoss(of model: BiEncoder) -> Tensor {
    var context = ForwardContext.evaluation
    let vectors = model(batch, &context).normalizedRows()
    let scores = vectors.slice(0..<3).matmul(vectors.slice(3..<6).transposed) * 20
    return -(scores.logSoftmax().gatherElements([0, 4, 8]).mean())
  }

  private func expectClose(_ tensor: Tensor, _ name: String, within tolerance: Float) throws {
    try EncodersTests.expectClose(tensor, name, of: golden, within: tolerance)
  }
}

/// The tiny model and its golden values.
let goldenFolder = Files.join(Locations.repositoryRoot, "Tests", "Goldens", "bert-tiny")
