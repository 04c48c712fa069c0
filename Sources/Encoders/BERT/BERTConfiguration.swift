public import Kernels

/// The shape of a BERT encoder, as `config.json` gives it.
///
/// The five sizes must be there. Any other missing key takes the default of `BertConfig` in transformers 5.24, which the
/// initializer states. Unknown keys are ignored.
public struct BERTConfiguration: Sendable, Equatable {
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
  /// Width inside the feed-forward block.
  public let intermediateSize: Int
  /// The function inside the feed-forward block.
  public let activation: Activation
  /// Dropout after embeddings and blocks, in training.
  public var hiddenDropout: Float
  /// Dropout of attention probabilities, in training.
  public var attentionDropout: Float
  /// The longest sequence, in tokens.
  public let maximumPositions: Int
  /// Rows of the token type embeddings.
  public let typeCount: Int
  /// Added to the variance in layer normalization.
  public let layerNormEpsilon: Float

  /// Reads `config.json`; the reader notes every missing, mistyped or unsupported key.
  init(_ reader: inout ConfigurationReader) { self.init(&reader, positions: "absolute") }

  /// Reads `config.json` of a family that has BERT's keys and their defaults.
  ///
  /// - Parameters:
  ///   - positions: the kind of positions that the family computes.
  ///   - readsPadding: false for a family that reads the padding token itself.
  init(_ reader: inout ConfigurationReader, positions: String, readsPadding: Bool = true) {
    vocabularySize = reader.integer("vocab_size", in: 1...(1 << 22))
    paddingRow = readsPadding ? reader.paddingRow(of: vocabularySize, default: 0) : nil
    hiddenSize = reader.integer("hidden_size", in: 1...(1 << 14))
    layerCount = reader.integer("num_hidden_layers", in: 1...256)
    headCount = reader.integer("num_attention_heads", in: 1...1024)
    intermediateSize = reader.integer("intermediate_size", in: 1...(1 << 16))
    maximumPositions = reader.integer("max_position_embeddings", in: 1...(1 << 20), default: 512)
    typeCount = reader.integer("type_vocab_size", in: 1...(1 << 10), default: 2)
    hiddenDropout = reader.number("hidden_dropout_prob", in: 0..<1, default: 0.1)
    attentionDropout = reader.number("attention_probs_dropout_prob", in: 0..<1, default: 0.1)
    layerNormEpsilon = reader.number("layer_norm_eps", in: 0..<1, default: 1e-12)
    activation = reader.choice("hidden_act", Activation.named, default: .gelu)
    reader.requireChoice("position_embedding_type", [positions], orAbsent: true)
    reader.requireEncoder()
    reader.requireHeads("num_attention_heads", headCount, "hidden_size", hiddenSize)
  }
}
