public import Kernels

/// The settings of a DistilBERT encoder, as `config.json` gives them.
///
/// The five sizes must be there. Any other missing key takes the default of `DistilBertConfig` in transformers 5.24, which
/// the initializer states. Unknown keys are ignored. A table of sines is loaded like any other table of position
/// embeddings.
public struct DistilBERTConfiguration: Sendable, Equatable {
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
  /// Dropout after the embeddings and the feed-forward blocks, in training.
  public let dropout: Float
  /// Dropout of attention probabilities, in training.
  public let attentionDropout: Float
  /// The longest sequence, in tokens.
  public let maximumPositions: Int

  /// Added to the variance in layer normalization; the family has no key for it.
  static let layerNormEpsilon: Float = 1e-12

  /// Reads `config.json`; the reader notes every missing, mistyped or unsupported key.
  init(_ reader: inout ConfigurationReader) {
    vocabularySize = reader.integer("vocab_size", in: 1...(1 << 22))
    paddingRow = reader.paddingRow(of: vocabularySize, default: 0)
    hiddenSize = reader.integer("dim", or: "hidden_size", in: 1...(1 << 14))
    layerCount = reader.integer("n_layers", or: "num_hidden_layers", in: 1...256)
    headCount = reader.integer("n_heads", or: "num_attention_heads", in: 1...1024)
    intermediateSize = reader.integer("hidden_dim", in: 1...(1 << 16))
    maximumPositions = reader.integer("max_position_embeddings", in: 1...(1 << 20), default: 512)
    dropout = reader.number("dropout", in: 0..<1, default: 0.1)
    attentionDropout = reader.number("attention_dropout", in: 0..<1, default: 0.1)
    activation = reader.choice("activation", Activation.named, default: .gelu)
    reader.requireHeads("n_heads", headCount, "dim", hiddenSize)
  }
}
