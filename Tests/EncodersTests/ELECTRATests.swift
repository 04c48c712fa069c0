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

/// ELECTRA beside its golden values, which have embeddings that are narrower than the hidden states.
@Suite struct ELECTRATests {
  static let wrong: [WrongSetting] = [
    WrongSetting("embedding_size", 0, "should be an integer from 1 to 16384, found 0"),
    WrongSetting("embedding_size", "12", "should be an integer from 1 to 16384, found \"12\""),
    WrongSetting("embedding_size", .null, "should be an integer from 1 to 16384, found null"),
    WrongSetting("embedding_size", 12.5, "should be an integer from 1 to 16384, found 12.5"),
    WrongSetting("embedding_size", 1_000_000_000_000, "should be an integer from 1 to 16384, found 1000000000000"),
    WrongSetting("hidden_size", nil, "is missing (an integer)"),
    WrongSetting("hidden_size", 33, "4 heads do not divide hidden_size 33"),
    WrongSetting("num_hidden_layers", -1, "should be an integer from 1 to 256, found -1"),
    WrongSetting("pad_token_id", "[PAD]", "should be an integer or null, found \"[PAD]\""),
    WrongSetting("hidden_act", "gelu_10", "found \"gelu_10\""),
    WrongSetting("is_decoder", true, "is true: each token sees only those before it"),
    WrongSetting("position_embedding_type", "relative_key", "should be absolute, found \"relative_key\""),
    WrongSetting("auto_map", ["AutoModel": "code.Model"], "code of its own"),
    WrongSetting("quantization_config", ["bits": 4], "the weights are quantized"),
  ]

  @Test(arguments: wrong)
  func aConfigurationThatIsWrongIsOneError(_ setting: WrongSetting) throws {
    try setting.expectRefusal(of: electraFolder)
  }

  @Test func withoutItsKeyEpsilonIsThatOfTransformers() throws { try expectDefaultEpsilon(1e-12, of: electraFolder) }

  @Test func withoutItsKeyTheEmbeddingsAre128Wide() throws {
    let copy = try ModelCopy(of: electraFolder)
    try copy.rewrite("config.json") { $0["embedding_size"] = nil }
    let error = #expect(throws: ModelError.self) { try BiEncoder(folder: copy.path) }
    #expect(error?.problems.contains { $0.hasSuffix("expected [98, 128], found [98, 12]") } == true)
    var reader = try ConfigurationReader(Files.join(copy.path, "config.json"))
    let configuration = ELECTRAConfiguration(&reader)
    #expect(configuration.exported(reader.object)["embedding_size"] == 128)
  }

  /// Without a projection it is BERT.
  @Test func embeddingsOfTheWidthOfTheStatesAreNotProjected() throws {
    let copy = try ModelCopy()
    try copy.rewrite("config.json") { object in
      object["model_type"] = "electra"
      object["embedding_size"] = object["hidden_size"]
    }
    try copy.rewriteWeights { $0.hasPrefix("pooler.") ? nil : "electra." + $0 }
    let (model, bert) = (try BiEncoder(folder: copy.path), try BiEncoder(folder: goldenFolder))
    #expect(model.folder.family.title == "ELECTRA" && model.parameters.keys == bert.parameters.keys)
    let texts = ["find a file", "chess board"]
    #expect(try model.encode(texts, as: .query).elements == bert.encode(texts, as: .query).elements)
    let (shape, lengths) = (model.transformer.configuration, [7, 9])
    #expect(
      shape.forwardOperations(lengths: lengths, oneToken: false)
        == bert.transformer.configuration.forwardOperations(lengths: lengths, oneToken: false))
  }

  @Test func aProjectionThatIsMissingIsNamed() throws {
    let copy = try ModelCopy(of: electraFolder)
    try copy.rewriteWeights { $0.hasPrefix("embeddings_project.") ? nil : $0 }
    let error = #expect(throws: ModelError.self) { try BiEncoder(folder: copy.path) }
    for name in ["embeddings_project.weight", "embeddings_project.bias"] {
      #expect(error?.problems.contains { $0.hasPrefix("missing") && $0.contains(name) } == true)
    }
  }

  /// The checkpoints of the authors are a discriminator or a generator with its head.
  @Test func headsOfThePretrainingAreIgnored() throws {
    let texts = ["find a file", "chess board"]
    let expected = try BiEncoder(folder: electraFolder).encode(texts, as: .query).elements
    let copy = try ModelCopy(of: electraFolder)
    try copy.rewriteWeights { "electra." + $0 }
    let heads = [
      "discriminator_predictions.dense.weight", "discriminator_predictions.dense_prediction.bias",
      "generator_predictions.LayerNorm.weight", "generator_lm_head.bias", "electra.embeddings.position_ids",
    ]
    try copy.addTensors(heads.map { PendingTensor(name: $0, shape: [1], floats: [0]) })
    #expect(try BiEncoder(folder: copy.path).encode(texts, as: .query).elements == expected)
    #expect(try CrossEncoder(folder: copy.path, headSeed: 1).hasFreshClassifier)
  }

  @Test func anExportStatesEveryKey() throws {
    let copy = try ModelCopy(of: goldensFolder("electra-cross-encoder-tiny"))
    let whole = try copy.object("config.json")
    let keys = ["hidden_act", "layer_norm_eps", "type_vocab_size"]
    try copy.rewrite("config.json") { for key in keys { $0[key] = nil } }
    let saved = try ModelCopy(empty: true)
    try CrossEncoder(folder: copy.path).save(to: saved.path)
    let written = try saved.object("config.json")
    for key in keys { #expect(written[key] == whole[key], "\(key)") }
  }
}

/// The tiny ELECTRA and its golden values.
let electraFolder = goldensFolder("electra-tiny")
