public import Kernels

/// The shape of a GTE encoder (`new` in the code of its authors), as `config.json` gives it.
///
/// The five sizes must be there. Any other missing key takes the default of `GteConfig` in transformers 5.24, which the
/// initializer states. Unknown keys are ignored.
public struct GTEConfiguration: Sendable, Equatable {
  /// Rows of the word embeddings.
  public let vocabularySize: Int
  /// The row of the padding token in the word embeddings, which is not trained; nil if there is none.
  public let paddingRow: Int32?
  /// Width of the hidden states.
  public let hiddenSize: Int
  /// Number of layers.
  public let layerCount: Int
  /// Number of attention heads; divides `hiddenSize`.
  public let headCount: Int
  /// Width inside the feed-forward block, of which the gate takes as much again.
  public let intermediateSize: Int
  /// The longest sequence, in tokens.
  public let maximumPositions: Int
  /// Rows of the token type embeddings; 0 if there are none.
  public let typeCount: Int
  /// The function of the gate.
  public let activation: Activation
  /// Dropout after embeddings and blocks and inside the feed-forward block, in training.
  public let hiddenDropout: Float
  /// Dropout of attention probabilities, in training.
  public let attentionDropout: Float
  /// Added to the variance in layer normalization.
  public let layerNormEpsilon: Float
  let rotary: RotarySettings

  /// Width of a head.
  var headWidth: Int { hiddenSize / headCount }

  /// Reads `config.json`; the reader notes every missing, mistyped or unsupported key.
  init(_ reader: inout ConfigurationReader) {
    vocabularySize = reader.integer("vocab_size", in: 1...(1 << 22))
    paddingRow = reader.paddingRow(of: vocabularySize, default: 1)
    hiddenSize = reader.integer("hidden_size", in: 1...(1 << 14))
    layerCount = reader.integer("num_hidden_layers", in: 1...256)
    headCount = reader.integer("num_attention_heads", in: 1...1024)
    intermediateSize = reader.integer("intermediate_size", in: 1...(1 << 16))
    maximumPositions = reader.integer("max_position_embeddings", in: 1...(1 << 20), default: 8192)
    typeCount = reader.integer("type_vocab_size", in: 0...(1 << 10), default: 1)
    activation = reader.activation("hidden_act", default: .gelu)
    hiddenDropout = reader.number("hidden_dropout_prob", in: 0..<1, default: 0.1)
    attentionDropout = reader.number("attention_probs_dropout_prob", in: 0..<1, default: 0)
    layerNormEpsilon = reader.number("layer_norm_eps", in: 0..<1, default: 1e-12)
    reader.requireChoice("layer_norm_type", ["layer_norm"], orAbsent: true)
    reader.requireChoice("position_embedding_type", ["rope"], orAbsent: true)
    reader.requireTrue("pack_qkv", "queries, keys and values have weights of their own, which hone does not read")
    for key in ["logn_attention_scale", "logn_attention_clip1"] {
      reader.requireFalse(key, "scores depend on the length of the text, which hone does not compute")
    }
    reader.requireRotaryHeads("num_attention_heads", headCount, "hidden_size", hiddenSize)
    rotary = reader.rotary(
      ["rope_theta"], default: 160_000, types: [.plain, .linear, .ntk, .longrope],
      width: max(2, hiddenSize / headCount))
  }
}
