import JSONText
public import Kernels

/// The shape of a jina-embeddings-v3 encoder, as `config.json` gives it in the names of its authors' code, which calls
/// it XLM-RoBERTa, or in those of transformers.
///
/// The five sizes must be there. Any other missing key takes the default of `JinaEmbeddingsV3Config` in transformers
/// 5.24, which the initializer states; that of the authors' code differs in the base of the angles only. Unknown keys
/// are ignored.
public struct JinaEmbeddingsConfiguration: Sendable, Equatable {
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
  /// The longest sequence, in tokens.
  public let maximumPositions: Int
  /// Rows of the token type embeddings.
  public let typeCount: Int
  /// The id of the padding token, whose word embedding is not trained.
  public let paddingID: Int
  /// The function inside the feed-forward block.
  public let activation: Activation
  /// Dropout after embeddings and blocks, in training.
  public let hiddenDropout: Float
  /// Dropout of attention probabilities, in training.
  public let attentionDropout: Float
  /// Added to the variance in layer normalization.
  public let layerNormEpsilon: Float
  let rotary: RotarySettings
  /// The adapters beside the weights; nil if there are none.
  let taskAdapters: TaskAdapters?

  /// Width of a head.
  var headWidth: Int { hiddenSize / headCount }

  /// Reads `config.json`; the reader notes every missing, mistyped or unsupported key.
  init(_ reader: inout ConfigurationReader) {
    vocabularySize = reader.integer("vocab_size", in: 1...(1 << 22))
    hiddenSize = reader.integer("hidden_size", in: 1...(1 << 14))
    layerCount = reader.integer("num_hidden_layers", in: 1...256)
    headCount = reader.integer("num_attention_heads", in: 1...1024)
    intermediateSize = reader.integer("intermediate_size", in: 1...(1 << 16))
    maximumPositions = reader.integer("max_position_embeddings", in: 1...(1 << 20), default: 8194)
    typeCount = reader.integer("type_vocab_size", in: 1...(1 << 10), default: 1)
    paddingID = reader.integer("pad_token_id", in: 0...(1 << 22), default: 1)
    activation = reader.choice("hidden_act", Activation.named, default: .gelu)
    hiddenDropout = reader.number("hidden_dropout_prob", in: 0..<1, default: 0.1)
    attentionDropout = reader.number("attention_probs_dropout_prob", in: 0..<1, default: 0.1)
    layerNormEpsilon = reader.number("layer_norm_eps", in: 0..<1, default: 1e-5)
    reader.requireChoice("position_embedding_type", ["rotary"], orAbsent: true)
    reader.requireRotaryHeads("num_attention_heads", headCount, "hidden_size", hiddenSize)
    let isOriginal = reader.object["model_type"] != JSONValue(Self.folder.modelTypes[0])
    rotary = reader.rotary(
      ["rotary_emb_base", "rope_theta"], default: isOriginal ? 10_000 : 20_000, types: [.plain],
      width: max(2, hiddenSize / headCount))
    taskAdapters = TaskAdapters(&reader)
    reader.requireEncoder()
    reader.requirePaddingRow(paddingID, of: vocabularySize)
  }
}
