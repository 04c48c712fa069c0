import Encoders
import Files
import JSONText
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training

/// A two-layer BERT with a classifier against what PyTorch computed in double precision from the same weights
/// (Tests/Goldens/make/make_cross_encoder.py): tokens of pairs, logits, the loss, all gradients and ten steps of AdamW.
@Suite struct CrossEncoderGoldenTests {
  let model: CrossEncoder
  let golden: SafetensorsFile
  let pairs: [(query: String, document: String)]
  let labels: [Float]
  let encodings: [Encoding]

  init() throws {
    model = try CrossEncoder(folder: crossEncoderFolder)
    golden = try SafetensorsFile(Files.join(crossEncoderFolder, "golden.safetensors"))
    let file = try JSONReader.parse(Files.read(Files.join(crossEncoderFolder, "golden.json"))).objectValue
    let entries = try #require(file?["pairs"]?.arrayValue).compactMap(\.objectValue)
    func numbers(_ value: JSONValue?) -> [Int32] { value?.arrayValue?.compactMap(\.integerValue).map(Int32.init) ?? [] }
    pairs = entries.map { ($0["query"]?.stringValue ?? "", $0["document"]?.stringValue ?? "") }
    labels = entries.compactMap { $0["label"]?.doubleValue.map { Float($0) } }
    encodings = entries.map { Encoding(ids: numbers($0["ids"]), typeIDs: numbers($0["types"])) }
    try #require(pairs.count == 9 && labels.count == 9)
  }

  @Test func pairsAreTokenizedAndCutAsByTransformers() throws {
    #expect(model.maximumLength == 20)
    #expect(try pairs.map { try model.tokenize(query: $0.query, document: $0.document) } == encodings)
  }

  @Test func logitsEqualPyTorch() throws {
    var context = ForwardContext.evaluation
    try expectClose(model(TokenBatch(encodings), &context), "logits", shape: [9])
    try expectClose(model.score(pairs), "logits", shape: [9])
    // Any batch size gives the same scores, in the order of the pairs.
    try expectClose(model.score(pairs, tokens: 1), "logits", shape: [9])
  }

  @Test func logitsOfSeveralLabelsEqualPyTorch() throws {
    let copy = try ModelCopy(of: crossEncoderFolder)
    try copy.rewriteWeights { $0.hasPrefix("classifier.") ? nil : $0 }
    var three = try CrossEncoder(folder: copy.path, labels: 3, headSeed: 1)
    three.classifier = Linear(
      weight: Tensor(try golden.floats(named: "three.classifier.weight"), shape: [3, 32]),
      bias: Tensor([0.5, -0.25, 0], shape: [3]))
    var context = ForwardContext.evaluation
    try expectClose(three(TokenBatch(encodings), &context), "three.logits", shape: [9, 3])
    try expectClose(three.score(pairs, tokens: 30), "three.logits", shape: [9, 3])
  }

  @Test func lossAndAllGradientsEqualPyTorch() throws {
    let (loss, gradients) = valueAndGradients(of: model) { crossEntropy(of: $0) }
    try expectClose(loss, "loss", shape: [])
    #expect(Set(gradients.keys) == Set(model.parameters.keys))
    try expectGradients(gradients, equal: golden, count: 41)
  }

  @Test func tenStepsOfAdamWEqualPyTorch() throws {
    var model = model
    let expected = try golden.floats(named: "adamW.losses")
    let norms = try golden.floats(named: "adamW.norms")
    var optimizer = try AdamW(.init(rate: 1e-3, decay: 0.01, clip: 1), for: model)
    for step in 0..<10 {
      let (value, gradients) = valueAndGradients(of: model) { crossEntropy(of: $0) }
      #expect(abs(value.scalar - expected[step]) <= 1e-5 * expected[step], "step \(step): \(value.scalar)")
      let norm = try optimizer.step(&model, gradients: gradients, loss: value.scalar, rate: 1e-3)
      #expect(abs(Float(norm) - norms[step]) <= 1e-4 * norms[step], "step \(step): norm \(norm)")
    }
  }

  @Test func modulesVisitWhatTheyStore() throws { try checkModule(model) }

  @Test func dropoutIsThatOfItsSource() throws {
    let copy = try ModelCopy(of: crossEncoderFolder)
    try copy.rewrite("config.json") { $0["classifier_dropout"] = 0.5 }
    let model = try CrossEncoder(folder: copy.path)
    #expect(model.classifierDropout == 0.5)
    func logits(_ source: DropoutSource?) -> [Float] {
      var context = ForwardContext(dropout: source)
      return model(TokenBatch(encodings), &context).elements
    }
    let dropped = logits(DropoutSource(seed: 1, step: 1))
    #expect(dropped == logits(DropoutSource(seed: 1, step: 1)))
    #expect(dropped != logits(DropoutSource(seed: 1, step: 2)))
    #expect(dropped != logits(nil))
    try expectClose(Tensor(logits(nil), shape: [9]), "logits", shape: [9])
  }

  @Test func nothingIsScoredAsNothing() throws {
    #expect(try model.score([(query: String, document: String)]()).shape == [0])
  }

  /// The mean of log(1 + eᶻ) − y z.
  private func crossEntropy(of model: CrossEncoder) -> Tensor {
    var context = ForwardContext.evaluation
    let logits = model(TokenBatch(encodings), &context)
    return (logits.softplus() - logits * Tensor(labels, shape: [labels.count])).mean()
  }

  private func expectClose(_ tensor: Tensor, _ name: String, shape: Shape) throws {
    #expect(tensor.shape == shape)
    try EncodersTests.expectClose(tensor, name, of: golden)
  }
}

/// The tiny cross-encoder and its golden values.
let crossEncoderFolder = Files.join(Locations.repositoryRoot, "Tests", "Goldens", "cross-encoder-tiny")
