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

@testable import Encoders

/// A small cross-encoder of each family against what PyTorch computed in double precision from the same weights
/// (Tests/Goldens/make): tokens of pairs, logits, the loss, all gradients and ten steps of AdamW.
@Suite struct CrossEncoderGoldenTests {
  /// A model and what PyTorch computed of it.
  private struct Golden {
    let folder: String
    let model: CrossEncoder
    let file: SafetensorsFile
    let pairs: [(query: String, document: String)]
    let labels: [Float]
    let encodings: [Encoding]

    init(_ family: GoldenFamily) throws {
      folder = try family.crossEncoder
      model = try CrossEncoder(folder: folder)
      file = try SafetensorsFile(Files.join(folder, "golden.safetensors"))
      let object = try JSONReader.parse(Files.read(Files.join(folder, "golden.json"))).objectValue
      let entries = try #require(object?["pairs"]?.arrayValue).compactMap(\.objectValue)
      func numbers(_ value: JSONValue?) -> [Int32] {
        value?.arrayValue?.compactMap(\.integerValue).map(Int32.init) ?? []
      }
      pairs = entries.map { ($0["query"]?.stringValue ?? "", $0["document"]?.stringValue ?? "") }
      labels = entries.compactMap { $0["label"]?.doubleValue.map { Float($0) } }
      encodings = entries.map { Encoding(ids: numbers($0["ids"]), typeIDs: numbers($0["types"])) }
      try #require(pairs.count == 9 && labels.count == 9)
    }

    /// The mean of log(1 + eᶻ) − y z.
    func crossEntropy(of model: CrossEncoder) -> Tensor {
      var context = ForwardContext.evaluation
      let logits = model(TokenBatch(encodings), &context)
      return (logits.softplus() - logits * Tensor(labels, shape: [labels.count])).mean()
    }

    /// Compares numbers relative to the largest one.
    func expectClose(_ tensor: Tensor, _ name: String, shape: Shape) throws {
      #expect(tensor.shape == shape)
      try EncodersTests.expectClose(tensor, name, of: file)
    }
  }

  @Test(arguments: GoldenFamily.crossEncoders)
  func pairsAreTokenizedAndCutAsByTransformers(_ family: GoldenFamily) throws {
    let golden = try Golden(family)
    #expect(golden.model.maximumLength == 20)
    let found = try golden.pairs.map { try golden.model.tokenize(query: $0.query, document: $0.document) }
    #expect(found.map(\.ids) == golden.encodings.map(\.ids))
    // The golden types are the template's, which a class without token types does not give.
    let hasTypes = golden.model.tokenizer.givesTokenTypes
    #expect(found.map(\.typeIDs) == golden.encodings.map { hasTypes ? $0.typeIDs : $0.ids.map { _ in 0 } })
  }

  @Test(arguments: GoldenFamily.crossEncoders)
  func logitsEqualPyTorch(_ family: GoldenFamily) throws {
    let golden = try Golden(family)
    var context = ForwardContext.evaluation
    try golden.expectClose(golden.model(TokenBatch(golden.encodings), &context), "logits", shape: [9])
    try golden.expectClose(golden.model.score(golden.pairs), "logits", shape: [9])
    // Any batch size gives the same scores, in the order of the pairs.
    try golden.expectClose(golden.model.score(golden.pairs, tokens: 1), "logits", shape: [9])
  }

  @Test(arguments: GoldenFamily.crossEncoders)
  func logitsOfSeveralLabelsEqualPyTorch(_ family: GoldenFamily) throws {
    let golden = try Golden(family)
    let classifier = golden.model.folder.family.classifier
    let copy = try ModelCopy(of: golden.folder)
    try copy.rewriteWeights { $0.hasPrefix(classifier + ".") ? nil : $0 }
    var three = try CrossEncoder(folder: copy.path, labels: 3, headSeed: 1)
    let weight = Tensor(try golden.file.floats(named: "three.classifier.weight"), shape: [3, 32])
    let values = [
      classifier + ".weight": weight, classifier + ".bias": Tensor([0.5, -0.25, 0], shape: [3]),
    ]
    var replaced = 0
    three.updateParameters { key, parameter in
      guard let value = values[key] else { return }
      parameter = value
      replaced += 1
    }
    try #require(replaced == 2)
    var context = ForwardContext.evaluation
    try golden.expectClose(three(TokenBatch(golden.encodings), &context), "three.logits", shape: [9, 3])
    try golden.expectClose(three.score(golden.pairs, tokens: 30), "three.logits", shape: [9, 3])
  }

  @Test(arguments: GoldenFamily.crossEncoders)
  func lossAndAllGradientsEqualPyTorch(_ family: GoldenFamily) throws {
    let golden = try Golden(family)
    let (loss, gradients) = valueAndGradients(of: golden.model) { golden.crossEntropy(of: $0) }
    try golden.expectClose(loss, "loss", shape: [])
    #expect(Set(gradients.keys) == Set(golden.model.parameters.keys))
    try expectGradients(gradients, equal: golden.file)
  }

  @Test(arguments: GoldenFamily.crossEncoders)
  func tenStepsOfAdamWEqualPyTorch(_ family: GoldenFamily) throws {
    let golden = try Golden(family)
    var model = golden.model
    let expected = try golden.file.floats(named: "adamW.losses")
    let norms = try golden.file.floats(named: "adamW.norms")
    var optimizer = try AdamW(.init(rate: 1e-3, decay: 0.01, clip: 1), for: model)
    for step in 0..<10 {
      let (value, gradients) = valueAndGradients(of: model) { golden.crossEntropy(of: $0) }
      #expect(abs(value.scalar - expected[step]) <= 1e-5 * expected[step], "step \(step): \(value.scalar)")
      let norm = try optimizer.step(&model, gradients: gradients, loss: value.scalar, rate: 1e-3)
      #expect(abs(Float(norm) - norms[step]) <= 1e-4 * norms[step], "step \(step): norm \(norm)")
    }
  }

  /// Each rate in the configuration drops something, and what it drops depends on the source alone.
  @Test(arguments: GoldenFamily.crossEncoders)
  func dropoutIsThatOfItsSource(_ family: GoldenFamily) throws {
    let golden = try Golden(family)
    let copy = try ModelCopy(of: golden.folder)
    let whole = try copy.object("config.json")
    let rates = whole.members.map(\.name).filter { $0.contains("drop") }
    try #require(rates.count >= 2)
    for rate in rates {
      var object = whole
      object[rate] = 0.5
      try copy.write("config.json", JSONValue.object(object).text())
      let model = try CrossEncoder(folder: copy.path)
      func logits(_ source: DropoutSource?) -> [Float] {
        var context = ForwardContext(dropout: source)
        return model(TokenBatch(golden.encodings), &context).elements
      }
      let dropped = logits(DropoutSource(seed: 1, step: 1))
      #expect(dropped == logits(DropoutSource(seed: 1, step: 1)), "\(rate)")
      #expect(dropped != logits(DropoutSource(seed: 1, step: 2)), "\(rate)")
      #expect(dropped != logits(nil), "\(rate)")
      try golden.expectClose(Tensor(logits(nil), shape: [9]), "logits", shape: [9])
    }
  }

  @Test func nothingIsScoredAsNothing() throws {
    let model = try CrossEncoder(folder: crossEncoderFolder)
    #expect(try model.score([(query: String, document: String)]()).shape == [0])
  }
}

/// The tiny cross-encoder of BERT and its golden values.
let crossEncoderFolder = goldensFolder("cross-encoder-tiny")
