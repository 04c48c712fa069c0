import Files
import JSONText
import Tensors
import TestSupport
import Testing

@testable import Encoders

/// A key of `config.json` with a value that hone must refuse, and what is said of it in one line.
struct WrongSetting: Sendable, CustomTestStringConvertible {
  let key: String
  /// The value; nil means that the key is missing.
  let value: JSONValue?
  let problem: String

  init(_ key: String, _ value: JSONValue?, _ problem: String) {
    (self.key, self.value, self.problem) = (key, value, problem)
  }

  var testDescription: String { "\(key) \(value?.shortText ?? "missing")" }

  /// Expects the error, and nothing else, of a folder with this setting.
  func expectRefusal(of folder: String) throws {
    let copy = try ModelCopy(of: folder)
    try copy.rewrite("config.json") { $0[key] = value }
    let error = #expect(throws: ModelError.self) { _ = try BiEncoder(folder: copy.path) }
    #expect(error?.path == Files.join(copy.path, "config.json") && error?.problems.count == 1)
    let found = error?.problems.first ?? ""
    #expect(found.contains("'\(key)'") || found.contains("'num_attention_heads'"), "\(found)")
    #expect(found.contains(problem), "\(found)")
  }
}

/// Expects a folder without `layer_norm_eps` to be read with that of the class in transformers.
func expectDefaultEpsilon(_ epsilon: Double, of folder: String) throws {
  let copies = try ["absent", "stated"].map { _ in try ModelCopy(of: folder) }
  try copies[0].rewrite("config.json") { $0["layer_norm_eps"] = nil }
  try copies[1].rewrite("config.json") { $0["layer_norm_eps"] = JSONValue(epsilon) }
  let other = try ModelCopy(of: folder)
  try other.rewrite("config.json") { $0["layer_norm_eps"] = 1e-3 }
  func vectors(_ copy: ModelCopy) throws -> [Float] {
    try BiEncoder(folder: copy.path).encode(["find a file"], as: .document).elements
  }
  #expect(try vectors(copies[0]) == vectors(copies[1]))
  #expect(try vectors(copies[0]) != vectors(other))
}

/// Configurations of RoBERTa.
@Suite struct RoBERTaConfigurationTests {
  static let wrong: [WrongSetting] = [
    WrongSetting("pad_token_id", .null, "should be an integer from 0 to 4194304, found null"),
    WrongSetting("pad_token_id", -1, "should be an integer from 0 to 4194304, found -1"),
    WrongSetting("pad_token_id", "1", "should be an integer from 0 to 4194304, found \"1\""),
    WrongSetting("pad_token_id", 1.5, "should be an integer from 0 to 4194304, found 1.5"),
    WrongSetting("pad_token_id", [1], "should be an integer from 0 to 4194304, found [1]"),
    WrongSetting("pad_token_id", 98, "is 98, but 'vocab_size' is 98"),
    WrongSetting("max_position_embeddings", 2, "is 2, but the positions of a text begin after 'pad_token_id' 1, at 2"),
    WrongSetting("max_position_embeddings", 0, "should be an integer from 1 to 1048576, found 0"),
    WrongSetting(
      "max_position_embeddings", 9_007_199_254_740_993, "should be an integer from 1 to 1048576, found 9007199254740993"
    ),
    WrongSetting("vocab_size", 0, "should be an integer from 1 to 4194304, found 0"),
    WrongSetting("hidden_size", 30, "4 heads do not divide hidden_size 30"),
    WrongSetting("num_attention_heads", 5, "5 heads do not divide hidden_size 32"),
    WrongSetting("num_attention_heads", 0, "should be an integer from 1 to 1024, found 0"),
    WrongSetting("num_hidden_layers", 1000, "should be an integer from 1 to 256, found 1000"),
    WrongSetting("intermediate_size", nil, "is missing (an integer)"),
    WrongSetting("type_vocab_size", 0, "should be an integer from 1 to 1024, found 0"),
    WrongSetting("layer_norm_eps", "small", "should be a number from 0.0 to below 1.0, found \"small\""),
    WrongSetting("layer_norm_eps", -1, "should be a number from 0.0 to below 1.0, found -1"),
    WrongSetting("hidden_dropout_prob", 1, "should be a number from 0.0 to below 1.0, found 1"),
    WrongSetting("hidden_act", "swish7", "found \"swish7\""),
    WrongSetting("hidden_act", 3, "found 3"),
    WrongSetting("is_decoder", true, "is true: each token sees only those before it"),
    WrongSetting("is_causal", true, "is true: each token sees only those before it"),
    WrongSetting("add_cross_attention", true, "is true: the model reads the states of another one"),
    WrongSetting("position_embedding_type", "relative_key", "should be absolute, found \"relative_key\""),
    WrongSetting("quantization_config", ["bits": 4], "the weights are quantized"),
    WrongSetting("auto_map", ["AutoModel": "code.Model"], "code of its own"),
  ]

  @Test(arguments: wrong)
  func aConfigurationThatIsWrongIsOneError(_ setting: WrongSetting) throws {
    try setting.expectRefusal(of: robertaFolder)
  }

  @Test func withoutItsKeyEpsilonIsThatOfTransformers() throws { try expectDefaultEpsilon(1e-12, of: robertaFolder) }
}
