import JSONText
public import Kernels

/// The shape of a ModernBERT encoder, as `config.json` gives it.
///
/// The five sizes must be there. Any other missing key takes the default of `ModernBertConfig` in transformers 5.24, which
/// the initializer states. Unknown keys are ignored.
public struct ModernBERTConfiguration: Sendable, Equatable {
  /// Rows of the word embeddings.
  public let vocabularySize: Int
  /// The row of the padding token in the word embeddings, which is not trained; nil if there is none.
  public let paddingRow: Int32?
  /// Width of the hidden states.
  public let hiddenSize: Int
  /// Number of attention heads; divides `hiddenSize`.
  public let headCount: Int
  /// Width inside the feed-forward block, of which the gate takes as much again.
  public let intermediateSize: Int
  /// The longest sequence, in tokens.
  public let maximumPositions: Int
  /// For each layer, true if a token attends to its whole sequence, false if to those within `window`.
  public let isGlobal: [Bool]
  /// The tokens on each side that a token attends to in the other layers.
  public let window: Int
  /// The function of the gate.
  public let activation: Activation
  /// Dropout after the embeddings, in training.
  public let embeddingDropout: Float
  /// Dropout of attention probabilities and of the attention's output, in training.
  public let attentionDropout: Float
  /// Dropout inside the feed-forward block, in training.
  public let feedForwardDropout: Float
  /// Added to the variance in layer normalization.
  public let normEpsilon: Float
  /// True if layer normalization shifts.
  public let normHasBias: Bool
  /// True if the maps of attention have biases.
  public let attentionHasBias: Bool
  /// True if the maps of the feed-forward block have biases.
  public let feedForwardHasBias: Bool
  let (globalRotary, localRotary): (RotarySettings, RotarySettings)

  /// Number of layers.
  public var layerCount: Int { isGlobal.count }
  /// Width of a head.
  var headWidth: Int { hiddenSize / headCount }

  /// Reads `config.json`; the reader notes every missing, mistyped or unsupported key.
  init(_ reader: inout ConfigurationReader) {
    vocabularySize = reader.integer("vocab_size", in: 1...(1 << 22))
    paddingRow = reader.paddingRow(of: vocabularySize, default: 50_283)
    hiddenSize = reader.integer("hidden_size", in: 1...(1 << 14))
    let layerCount = reader.integer("num_hidden_layers", in: 1...256)
    headCount = reader.integer("num_attention_heads", in: 1...1024)
    intermediateSize = reader.integer("intermediate_size", in: 1...(1 << 16))
    maximumPositions = reader.integer("max_position_embeddings", in: 1...(1 << 20), default: 8192)
    window = reader.integer("local_attention", in: 2...(1 << 20), default: 128) / 2
    activation = reader.activation("hidden_activation", default: .gelu)
    embeddingDropout = reader.number("embedding_dropout", in: 0..<1, default: 0)
    attentionDropout = reader.number("attention_dropout", in: 0..<1, default: 0)
    feedForwardDropout = reader.number("mlp_dropout", in: 0..<1, default: 0)
    normEpsilon = reader.number("norm_eps", in: 0..<1, default: 1e-5)
    normHasBias = reader.boolean("norm_bias", default: false)
    attentionHasBias = reader.boolean("attention_bias", default: false)
    feedForwardHasBias = reader.boolean("mlp_bias", default: false)
    isGlobal = Self.layers(&reader, count: layerCount)
    reader.requireRotaryHeads("num_attention_heads", headCount, "hidden_size", hiddenSize)
    let headWidth = max(2, hiddenSize / headCount)
    globalRotary = reader.rotary(
      ["global_rope_theta"], layers: "full_attention", default: 160_000, types: [.plain], width: headWidth)
    localRotary = reader.rotary(
      ["local_rope_theta"], layers: "sliding_attention", default: 10_000, types: [.plain], width: headWidth)
  }

  /// Reads which layers are global: `layer_types` of transformers 5, or every n-th of older files.
  private static func layers(_ reader: inout ConfigurationReader, count: Int) -> [Bool] {
    let isSound = reader.isSound("num_hidden_layers")
    let every = reader.integer("global_attn_every_n_layers", in: 1...256, default: 3)
    guard let types = reader.object["layer_types"], types != .null else {
      return (0..<count).map { $0 % every == 0 }
    }
    let names = types.arrayValue?.map(\.stringValue) ?? []
    if isSound, names.count != count || !names.allSatisfy({ ["full_attention", "sliding_attention"].contains($0) }) {
      reader.report(
        "layer_types",
        "should have full_attention or sliding_attention for each of \(count) layers, found \(types.shortText)")
      return Array(repeating: true, count: count)
    }
    return names.map { $0 == "full_attention" }
  }
}
