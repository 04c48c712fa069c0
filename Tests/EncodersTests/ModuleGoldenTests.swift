import Encoders
import Files
import Foundation
import JSONText
import Layers
import OrderedCollections
import Safetensors
import Tensors
import TestSupport
import Testing

@testable import struct Encoders.DenseHead

/// Layouts of sentence-transformers with other modules and poolings against what it computes
/// (Tests/Goldens/make/make_modules.py): the vectors, the gradients of the modules, and both after saving and loading.
@Suite struct ModuleGoldenTests {
  private static let goldens = Files.join(Locations.repositoryRoot, "Tests", "Goldens", "modules")
  private static let cases = (try? Files.list(goldens).filter { !$0.hasPrefix("golden") }) ?? []

  private let file: SafetensorsFile
  private let texts: [String]
  private let prompt: String

  init() throws {
    file = try SafetensorsFile(Files.join(Self.goldens, "golden.safetensors"))
    let object = try #require(JSONReader.parse(Files.read(Files.join(Self.goldens, "golden.json"))).objectValue)
    texts = try #require(object["texts"]?.arrayValue).compactMap(\.stringValue)
    prompt = try #require(object["prompt"]?.stringValue)
    #expect(Self.cases.sorted() == object["cases"]?.arrayValue?.compactMap(\.stringValue).sorted())
    #expect(Self.cases.count >= 16)
  }

  /// bert-tiny with the files of a case in the place of its own.
  private func folder(_ name: String) throws -> ModelCopy {
    let copy = try ModelCopy()
    try Files.remove(Files.join(copy.path, "1_Pooling"))
    let source = Files.join(Self.goldens, name)
    for entry in try Files.list(source) {
      let (from, to) = (Files.join(source, entry), Files.join(copy.path, entry))
      if Files.isFolder(from) { try Files.copyFolder(from, to: to) } else { try Files.copy(from, to: to) }
    }
    return copy
  }

  private func check(_ loaded: BiEncoder, _ name: String) throws {
    var model = loaded
    model.prompts = [.query: prompt]
    try expectClose(model.encode(texts, as: .document), "\(name).documents", of: file)
    try expectClose(model.encode(texts, as: .query), "\(name).queries", of: file)
    // Rows that do not depend on the company take another path.
    try expectClose(model.encodeIndependently(texts, as: .query), "\(name).queries", of: file)
  }

  @Test(arguments: cases)
  func vectorsEqualSentenceTransformersAndSurviveSaving(_ name: String) throws {
    let copy = try folder(name)
    let model = try BiEncoder(folder: copy.path)
    try check(model, name)
    let saved = try ModelCopy(empty: true)
    try model.save(to: saved.path)
    let loaded = try BiEncoder(folder: saved.path)
    try check(loaded, name)
    #expect(loaded.parameters.keys == model.parameters.keys)
    #expect(loaded.pooling == model.pooling && loaded.outputWidth == model.outputWidth)
    let again = try ModelCopy(empty: true)
    try loaded.save(to: again.path)
    try expectSameFiles(again.path, saved.path)
  }

  @Test(arguments: cases)
  func gradientsOfTheModulesEqualPyTorch(_ name: String) throws {
    let copy = try folder(name)
    let model = try BiEncoder(folder: copy.path)
    let batch = TokenBatch(try model.tokenize(texts, as: .document))
    let (_, gradients) = valueAndGradients(of: model) { model in
      var context = ForwardContext.evaluation
      let vectors = model(batch, &context)
      return (vectors * factors(vectors.shape)).sum()
    }
    let prefix = "\(name).gradient."
    let expected = file.entries.map(\.name).filter { $0.hasPrefix(prefix) }
    #expect(Set(gradients.keys) == Set(model.parameters.keys))
    #expect(
      Set(expected.map { String($0.dropFirst(prefix.count)) })
        == Set(gradients.keys.filter { $0.first?.isNumber == true }))
    for key in expected {
      let gradient = try #require(gradients[String(key.dropFirst(prefix.count))])
      try expectClose(gradient, key, of: file)
    }
  }

  @Test(arguments: DenseHead.Activation.allCases)
  func activationsEqualPyTorch(_ activation: DenseHead.Activation) throws {
    let numbers = try file.floats(named: "activation.x")
    let x = Tensor(numbers, shape: [12, 8])
    if activation == .identity {
      #expect(activation(x, slope: nil).elements == numbers)
      return
    }
    let slope = Tensor([0.25], shape: [1])
    let name = "activation.\(activation.rawValue)"
    try expectClose(activation(x, slope: slope), name, of: file, within: 2e-6)
    let pullback = Pullback(of: [x]) { inputs in
      let y = activation(inputs[0], slope: slope)
      return [(y * factors(y.shape)).sum()]
    }
    let gradient = try #require(pullback([Tensor(repeating: 1, shape: pullback.outputs[0].shape)])[0])
    try expectClose(gradient, "\(name).gradient", of: file, within: 5e-6)
  }

  @Test(arguments: DenseHead.Activation.allCases)
  func anActivationIsFoundUnderBothOfItsNames(_ activation: DenseHead.Activation) {
    #expect(DenseHead.Activation(name: activation.name) == activation)
    #expect(DenseHead.Activation(name: "torch.nn.\(activation.rawValue)") == activation)
    #expect(DenseHead.Activation(name: activation.rawValue) == nil)
  }

  /// cos 0, cos 1, cos 2, … in row-major order, as the goldens have them.
  private func factors(_ shape: Shape) -> Tensor {
    Tensor((0..<shape.count).map { Float(cos(Double($0))) }, shape: shape)
  }

  // MARK: - What is refused

  /// A change to a file of a case, and what is said of it.
  @Test(arguments: [
    (
      "dense-short-name", "2_Dense/config.json", "torch.nn.ReLU", "torch.nn.GLU",
      "'activation_function' should be a class of torch.nn among Identity, Tanh, ReLU, "
    ),
    (
      "dense-short-name", "2_Dense/config.json", "torch.nn.ReLU", "transformers.activations.GELUActivation",
      "found \"transformers.activations.GELUActivation\""
    ),
    (
      "long-chain", "2_Dense/config.json", #""in_features": 64"#, #""in_features": 65"#,
      "shape       linear.weight"
    ),
    (
      "token-dense", "1_Dense/config.json", #""module_input_name": "token_embeddings""#, #""x": 1"#,
      "'module_input_name' is missing (token_embeddings)"
    ),
    (
      "layer-pooling", "config.json", #""output_hidden_states": true"#, #""output_hidden_states": false"#,
      "'output_hidden_states' should be true: 1_WeightedLayerPooling reads the states of all layers"
    ),
    (
      "layer-pooling", "1_WeightedLayerPooling/config.json", #""layer_start": 1"#, #""layer_start": 3"#,
      "'layer_start' should be at most num_hidden_layers, 2, found 3"
    ),
    (
      "layer-pooling", "1_WeightedLayerPooling/config.json",
      #""layer_start": 1,\#n  "num_hidden_layers": 2"#, #""layer_start": 2, "num_hidden_layers": 3"#,
      "is configured for 3 layers, but the encoder has 2"
    ),
    (
      "every-mode", "1_Pooling/config.json", "pooling_mode_max_tokens", "pooling_mode_most_tokens",
      "'pooling_mode_most_tokens' is no way of pooling; expected pooling_mode_cls_token, pooling_mode_max_tokens, "
    ),
    (
      "every-mode", "1_Pooling/config.json", #""pooling_mode_max_tokens": true"#, #""pooling_mode_max_tokens": 1"#,
      "'pooling_mode_max_tokens' should be true or false, found 1"
    ),
    (
      "other-order", "1_Pooling/config.json", #""lasttoken""#, #""first""#,
      "'pooling_mode' should be one of mean, cls, max, mean_sqrt_len_tokens, weightedmean, lasttoken or a list of them"
    ),
    (
      "other-order", "1_Pooling/config.json", ": 32", ": 31",
      "pooling is configured for width 31, but the encoder gives 32"
    ),
    (
      "long-chain", "modules.json", #"models.LayerNorm"#, #"models.WordWeights"#,
      "module 3 is sentence_transformers.models.WordWeights; hone reads Transformer, then Pooling, then any of Dense, "
    ),
  ])
  func aModuleThatDoesNotFitSaysWhere(
    name: String, file: String, old: String, new: String, message: String
  ) throws {
    let copy = try folder(name)
    let before = String(decoding: try Files.read(Files.join(copy.path, file)), as: UTF8.self)
    let after = before.replacingFirst(old, new)
    try #require(after != before, "\(file) does not contain \(old)")
    try copy.write(file, after)
    let error = TestSupport.message { _ = try BiEncoder(folder: copy.path) }
    #expect(error?.contains(message) == true, "\(error ?? "it loaded")")
  }

  @Test func aPoolingThatTheModulesBehindItDoNotTakeIsRefused() throws {
    let copy = try folder("long-chain")
    let model = try BiEncoder(folder: copy.path)
    #expect(throws: Never.self) { try model.pooled(by: Pooling(.mean, .max)) }
    let error = #expect(throws: (any Error).self) { try model.pooled(by: .mean) }
    #expect("\(String(describing: error))".contains("takes width 64, but the module before gives 32"))
  }
}
