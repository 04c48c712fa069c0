import JSONText
public import Kernels

/// The shape of a NomicBERT encoder, as `config.json` gives it, in the names of GPT-2 that its authors use, in those of
/// transformers, or in both.
///
/// The five sizes must be there. Any other missing key takes the default of `NomicBertConfig` in transformers 5.24, which
/// the initializer states. The code of the authors has other defaults, so where their names are used, the keys that shape
/// the model must be there. Unknown keys are ignored.
public struct NomicBERTConfiguration: Sendable, Equatable {
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
  /// The longest sequence, in tokens: that of the training, since angles beyond it depend on the longest text of a batch.
  public let maximumPositions: Int
  /// Rows of the token type embeddings.
  public let typeCount: Int
  /// The function of the gate.
  public let activation: Activation
  /// Dropout after embeddings and blocks, in training.
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
    let isOriginal = reader.object["hidden_size"] == nil && reader.object["n_embd"] != nil
    vocabularySize = reader.integer("vocab_size", in: 1...(1 << 22))
    paddingRow = reader.paddingRow(of: vocabularySize, default: 0)
    hiddenSize = reader.integer("hidden_size", or: "n_embd", in: 1...(1 << 14))
    layerCount = reader.integer("num_hidden_layers", or: "n_layer", in: 1...256)
    headCount = reader.integer("num_attention_heads", or: "n_head", in: 1...1024)
    intermediateSize = reader.integer("intermediate_size", or: "n_inner", in: 1...(1 << 16))
    maximumPositions = Self.positions(&reader)
    typeCount = reader.integer("type_vocab_size", in: 1...(1 << 10), default: 2)
    activation = Self.activation(&reader)
    hiddenDropout = reader.number("hidden_dropout_prob", or: "resid_pdrop", in: 0..<1, default: 0)
    attentionDropout = reader.number("attention_probs_dropout_prob", or: "attn_pdrop", in: 0..<1, default: 0)
    layerNormEpsilon = reader.number("layer_norm_eps", or: "layer_norm_epsilon", in: 0..<1, default: 1e-12)
    if reader.isSound("n_embd", "n_head") {
      reader.requireRotaryHeads("num_attention_heads", headCount, "hidden_size", hiddenSize)
    }
    rotary = reader.rotary(
      ["rotary_emb_base", "rope_theta"], default: 1000, types: [.plain, .dynamic], width: max(2, hiddenSize / headCount)
    )
    Self.refuseOthers(&reader, isOriginal: isOriginal)
    if let width = reader.object["head_dim"], width != .null, width.integerValue != headWidth,
      reader.isSound("hidden_size", "n_embd", "num_attention_heads", "n_head")
    {
      reader.report(
        "head_dim", "should be \(headWidth), the width of each of \(headCount) heads, found \(width.shortText)")
    }
  }

  /// The positions of the training: the smallest of the keys that may give them.
  private static func positions(_ reader: inout ConfigurationReader) -> Int {
    let range = 1...(1 << 20)
    var lengths = ["max_position_embeddings", "n_positions"].filter { reader.object[$0] != nil }
      .map { reader.integer($0, in: range) }
    // Of the positions that the authors name, those of the training are 2,048 where the file does not say.
    if lengths.isEmpty || reader.object["n_positions"] != nil || reader.object["max_trained_positions"] != nil {
      lengths.append(reader.integer("max_trained_positions", in: range, default: 2048))
    }
    return lengths.min() ?? 2048
  }

  /// The function of the gate: by its own name in transformers, by that of the gated block in the code of the authors.
  private static func activation(_ reader: inout ConfigurationReader) -> Activation {
    let plainNames = ["silu": Activation.silu, "swish": .silu, "gelu": .gelu]
    guard reader.object["activation_function"] != nil else {
      return reader.choice("hidden_act", plainNames, default: .silu)
    }
    let gated = reader.choice("activation_function", ["swiglu": Activation.silu, "geglu": .gelu], else: .silu)
    let plain = reader.choice("hidden_act", plainNames, default: gated)
    if plain != gated && reader.isSound("hidden_act", "activation_function") {
      reader.report("activation_function", "and 'hidden_act' name two functions of the gate; keep the right one")
    }
    return gated
  }

  /// Reports keys that ask for a model of another kind.
  private static func refuseOthers(_ reader: inout ConfigurationReader, isOriginal: Bool) {
    func refuse(_ key: String, isDefault: Bool, _ reason: String) {
      // In the code of the authors these are true where they are missing.
      if isOriginal && isDefault && reader.object[key] == nil {
        reader.report(key, "is missing (false)")
      } else {
        reader.requireFalse(key, reason)
      }
    }
    for key in ["qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias"] {
      refuse(key, isDefault: true, "the maps have biases, which hone does not read for this family")
    }
    refuse("prenorm", isDefault: false, "normalization comes before each block, which hone does not compute")
    refuse("use_rms_norm", isDefault: false, "normalization has no mean, which hone does not compute")
    refuse("rotary_emb_interleaved", isDefault: false, "the angles turn neighbours, which hone does not compute")
    refuse("causal", isDefault: false, "each token sees only those before it, which hone does not compute")
    let fraction = reader.object["rotary_emb_fraction"]
    if fraction.map({ $0.doubleValue != 1 }) ?? isOriginal {
      reader.report(
        "rotary_emb_fraction", "should be 1.0, the whole of each head, found \(fraction?.shortText ?? "none")")
    }
    if let scale = reader.object["rotary_emb_scale_base"], scale != .null {
      reader.report("rotary_emb_scale_base", "should be null, found \(scale.shortText)")
    }
    for key in ["moe_every_n_layers", "num_experts"] {
      guard let value = reader.object[key], ![.null, 0].contains(value) else { continue }
      reader.report(key, "is \(value.shortText): a mixture of experts, which hone does not compute")
      break
    }
  }
}
