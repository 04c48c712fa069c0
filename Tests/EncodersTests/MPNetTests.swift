import JSONText
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Encoders

/// What MPNet has of its own; `GoldenTests` has a text that reaches the last bucket of relative positions.
@Suite struct MPNetTests {
  static let wrong: [WrongSetting] = [
    WrongSetting("relative_attention_num_buckets", 64, "should be 32, found 64"),
    WrongSetting("relative_attention_num_buckets", "32", "should be 32, found \"32\""),
    WrongSetting("relative_attention_num_buckets", .null, "should be 32, found null"),
    WrongSetting("max_position_embeddings", 2, "should be an integer from 3 to 1048576, found 2"),
    WrongSetting("vocab_size", 1, "should be an integer from 2 to 4194304, found 1"),
    WrongSetting("hidden_size", 33, "4 heads do not divide hidden_size 33"),
    WrongSetting("hidden_size", nil, "is missing (an integer)"),
    WrongSetting("num_hidden_layers", "2", "should be an integer from 1 to 256, found \"2\""),
    WrongSetting("layer_norm_eps", 1, "should be a number from 0.0 to below 1.0, found 1"),
    WrongSetting("hidden_act", "silu", "found \"silu\""),
    WrongSetting("is_causal", true, "is true: each token sees only those before it"),
  ]

  @Test(arguments: wrong)
  func aConfigurationThatIsWrongIsOneError(_ setting: WrongSetting) throws {
    try setting.expectRefusal(of: mpnetFolder)
  }

  @Test func withoutItsKeyEpsilonIsThatOfTransformers() throws { try expectDefaultEpsilon(1e-12, of: mpnetFolder) }

  @Test func theRowsOfThePaddingTokenAreNotTrained() throws { try expectPaddingUntrained(in: mpnetFolder) }

  /// As upstream, whatever the configuration says.
  @Test func thePaddingTokenIsTheSecond() throws {
    let copy = try ModelCopy(of: mpnetFolder)
    try copy.rewrite("config.json") { $0["pad_token_id"] = 0 }
    let batch = TokenBatch([Encoding(ids: [0, 7, 1, 8, 2], typeIDs: [0, 0, 0, 0, 0])])
    var context = ForwardContext.evaluation
    let states = try [mpnetFolder, copy.path].map { try BiEncoder(folder: $0).transformer(batch, &context).elements }
    #expect(states[0] == states[1])
    #expect(try ModelOutline(folder: copy.path).shape.positions == 140)
  }
}

/// The tiny MPNet and its golden values.
let mpnetFolder = goldensFolder("mpnet-tiny")
