import JSONText
public import Kernels

/// The settings of an MPNet encoder, as `config.json` gives them.
///
/// The five sizes must be there. Any other missing key takes the default of `MPNetConfig` in transformers 5.24, which the
/// initializer states. The padding token and the number of buckets of relative positions are fixed in the family's code
/// upstream, whatever the configuration has.
public struct MPNetConfiguration: Sendable, Equatable {
  /// Rows of the word embeddings.
  public let vocabularySize: Int
  /// Width of the hidden states.
  public let hiddenSize: Int
  /// Number of layers.
  public let layerCount: Int
  /// Number of attention heads; divides `hiddenSize`.
  public let headCount: Int
  /// Width inside the feed-forward block.
  public let intermediateSize: Int
  /// The function inside the feed-forward block.
  public let activation: Activation
  /// Dropout after embeddings and blocks, in training.
  public let hiddenDropout: Float
  /// Dropout of attention probabilities, in training.
  public let attentionDropout: Float
  /// Rows of the position embeddings; the first two are no position of a text.
  public let maximumPositions: Int
  /// Added to the variance in layer normalization.
  public let layerNormEpsilon: Float

  /// The id of the padding token, which is also its row in the table of positions; those of a text follow after it.
  static let paddingID: Int32 = 1
  /// The buckets of relative positions.
  static let bucketCount = 32
  /// The distance from which on all relative positions share a bucket.
  static let maximumDistance = 128

  /// Reads `config.json`; the reader notes every missing, mistyped or unsupported key.
  init(_ reader: inout ConfigurationReader) {
    let padding = Int(Self.paddingID)
    vocabularySize = reader.integer("vocab_size", in: padding + 1...(1 << 22))
    hiddenSize = reader.integer("hidden_size", in: 1...(1 << 14))
    layerCount = reader.integer("num_hidden_layers", in: 1...256)
    headCount = reader.integer("num_attention_heads", in: 1...1024)
    intermediateSize = reader.integer("intermediate_size", in: 1...(1 << 16))
    maximumPositions = reader.integer("max_position_embeddings", in: padding + 2...(1 << 20), default: 512)
    hiddenDropout = reader.number("hidden_dropout_prob", in: 0..<1, default: 0.1)
    attentionDropout = reader.number("attention_probs_dropout_prob", in: 0..<1, default: 0.1)
    layerNormEpsilon = reader.number("layer_norm_eps", in: 0..<1, default: 1e-12)
    activation = reader.choice(
      "hidden_act", ["gelu": .gelu, "gelu_new": .geluTanh, "gelu_pytorch_tanh": .geluTanh, "relu": .relu],
      default: .gelu)
    if let value = reader.object["relative_attention_num_buckets"], value.integerValue != Self.bucketCount {
      reader.report("relative_attention_num_buckets", "should be \(Self.bucketCount), found \(value.shortText)")
    }
    reader.requireHeads("num_attention_heads", headCount, "hidden_size", hiddenSize)
  }

  /// The longest sequence, in tokens.
  var positions: Int { maximumPositions - Int(Self.paddingID) - 1 }
}
