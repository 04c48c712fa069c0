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

/// A small model of each family with random weights against what PyTorch computed in double precision from the same weights
/// (Tests/Goldens/make): every layer, every pooling, the loss, all gradients and ten steps of AdamW.
@Suite struct GoldenTests {
  /// A model and what PyTorch computed of it.
  private struct Golden {
    let model: BiEncoder
    let file: SafetensorsFile
    let batch: TokenBatch

    init(_ family: GoldenFamily) throws {
      model = try BiEncoder(folder: family.biEncoder)
      file = try SafetensorsFile(Files.join(family.biEncoder, "golden.safetensors"))
      let ids = try file.integers(named: "ids").map { Int32($0) }
      let types = try file.integers(named: "types").map { Int32($0) }
      var batch = TokenBatch()
      var start = 0
      for length in try file.integers(named: "lengths") {
        batch.append(
          Encoding(ids: Array(ids[start..<start + length]), typeIDs: Array(types[start..<start + length])))
        start += length
      }
      self.batch = batch
      try #require(batch.count == 6)
    }

    /// Cross-entropy of scaled cosines of the first three sequences against the last three.
    func contrastiveLoss(of model: BiEncoder) -> Tensor {
      var context = ForwardContext.evaluation
      let vectors = model(batch, &context).normalizedRows()
      let scores = vectors.slice(0..<3).matmul(vectors.slice(3..<6).transposed) * 20
      return -(scores.logSoftmax().gatherElements([0, 4, 8]).mean())
    }

    func expectClose(_ tensor: Tensor, _ name: String, within tolerance: Float) throws {
      try EncodersTests.expectClose(tensor, name, of: file, within: tolerance)
    }
  }

  @Test(arguments: GoldenFamily.all)
  func hiddenStatesEqualPyTorch(_ family: GoldenFamily) throws {
    let golden = try Golden(family)
    let layers = golden.file.entries.filter { $0.name.hasPrefix("layer.") }.count
    var context = ForwardContext.evaluation
    try golden.expectClose(golden.model.transformer(golden.batch, &context), "layer.\(layers - 1)", within: 1e-5)
  }

  /// The states behind the first layers are those of a model that ends there.
  @Test(arguments: GoldenFamily.all)
  func statesBehindEveryLayerEqualPyTorch(_ family: GoldenFamily) throws {
    let golden = try Golden(family)
    let layers = golden.file.entries.filter { $0.name.hasPrefix("layer.") }.count
    for last in 0..<layers - 1 {
      let copy = try ModelCopy(of: family.biEncoder)
      try copy.rewrite("config.json") { object in
        for key in ["num_hidden_layers", "n_layers"] where object[key] != nil { object[key] = JSONValue(last + 1) }
      }
      let later = (last + 1..<layers).flatMap { ["layer.\($0).", "layers.\($0)."] }
      try copy.rewriteWeights { name in later.contains(where: name.contains) ? nil : name }
      var context = ForwardContext.evaluation
      let states = try BiEncoder(folder: copy.path).transformer(golden.batch, &context)
      try golden.expectClose(states, "layer.\(last)", within: 1e-5)
    }
  }

  @Test(arguments: GoldenFamily.all, Pooling.single.filter { $0 != .weightedMean })
  func pooledVectorsEqualPyTorch(_ family: GoldenFamily, _ pooling: Pooling) throws {
    let golden = try Golden(family)
    let names: [Pooling: String] = [
      .mean: "mean", .cls: "cls", .max: "max", .meanSqrt: "mean_sqrt_len_tokens", .last: "lasttoken",
    ]
    let name = try #require(names[pooling])
    var (model, context) = (golden.model, ForwardContext.evaluation)
    let pooled = pooling(model.transformer(golden.batch, &context), golden.batch)
    try golden.expectClose(pooled, "pooled.\(name)", within: 1e-5)
    try golden.expectClose(pooled.normalizedRows(), "normalized.\(name)", within: 1e-6)
    model.pooling = pooling
    try golden.expectClose(model(golden.batch, &context), "normalized.\(name)", within: 1e-6)
  }

  @Test(arguments: GoldenFamily.all)
  func lossAndAllGradientsEqualPyTorch(_ family: GoldenFamily) throws {
    let golden = try Golden(family)
    let (loss, gradients) = valueAndGradients(of: golden.model) { golden.contrastiveLoss(of: $0) }
    // Two units in the last place of the scores, which reach 20.
    try golden.expectClose(loss, "loss", within: 4e-6)
    #expect(Set(gradients.keys) == Set(golden.model.parameters.keys))
    try expectGradients(gradients, equal: golden.file)
  }

  @Test(arguments: GoldenFamily.all)
  func tenStepsOfAdamWEqualPyTorch(_ family: GoldenFamily) throws {
    let golden = try Golden(family)
    var model = golden.model
    let expected = try golden.file.floats(named: "adamW.losses")
    let norms = try golden.file.floats(named: "adamW.norms")
    var optimizer = try AdamW(.init(rate: 1e-3, decay: 0.01, clip: 1), for: model)
    for step in 0..<10 {
      let (value, gradients) = valueAndGradients(of: model) { golden.contrastiveLoss(of: $0) }
      // The loss falls to a thousandth: it is a difference of logarithms of order one, and their rounding remains.
      #expect(abs(value.scalar - expected[step]) <= 1e-5 * max(0.1, expected[step]), "step \(step): \(value.scalar)")
      let norm = try optimizer.step(&model, gradients: gradients, loss: value.scalar, rate: 1e-3)
      // Where the loss is almost gone, so are the differences of probabilities that its gradient is made of.
      #expect(
        abs(Float(norm) - norms[step]) <= 1e-4 * max(norms[step], norms[0] / 100), "step \(step): norm \(norm)")
    }
  }

  @Test(arguments: GoldenFamily.all)
  func textsAreEncodedAsBySentenceTransformers(_ family: GoldenFamily) throws {
    let golden = try Golden(family)
    let model = golden.model
    let file = try JSONReader.parse(Files.read(Files.join(family.biEncoder, "golden.json"))).objectValue
    let texts = try #require(file?["texts"]?.arrayValue)
    let strings = texts.compactMap { $0.objectValue?["text"]?.stringValue }
    let ids = texts.map { $0.objectValue?["ids"]?.arrayValue?.compactMap(\.integerValue) ?? [] }
    #expect(strings.count == 7)
    #expect(try model.tokenize(strings, as: .document).map { $0.ids.map(Int.init) } == ids)
    try golden.expectClose(model.encode(strings, as: .document), "texts.embeddings", within: 1e-6)
    // Any batch size gives the same vectors, in the order of the texts.
    try golden.expectClose(model.encode(strings, as: .document, tokens: 1), "texts.embeddings", within: 1e-6)
  }
}

/// A folder of golden values.
func goldensFolder(_ name: String) -> String { Files.join(Locations.repositoryRoot, "Tests", "Goldens", name) }

/// The tiny BERT and its golden values.
let goldenFolder = goldensFolder("bert-tiny")
