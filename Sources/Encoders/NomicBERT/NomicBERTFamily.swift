import JSONText
import Kernels

extension NomicBERTConfiguration: EncoderFamily {
  static let folder = FamilyFolder(
    title: "NomicBERT", modelTypes: ["nomic_bert"], encoderClass: "NomicBertModel",
    scorerClass: "NomicBertForSequenceClassification", encoderName: "nomic_bert", classifier: "classifier",
    naming: CheckpointNaming(
      prefixes: ["", "nomic_bert.", "bert."], ignored: ["cls."], carried: ["pooler."], heads: ["classifier."]),
    tokenTypesKey: "type_vocab_size",
    transformersNames: TransformersNames(
      renamed: [
        ("layers.", "encoder.layers."), (".self_attn.o_proj", ".attn.out_proj"), (".mlp.up_proj", ".mlp.fc11"),
        (".mlp.gate_proj", ".mlp.fc12"), (".mlp.down_proj", ".mlp.fc2"),
      ],
      joined: [(TransformersNames.attention, ".attn.Wqkv")]), hasOwnCode: true)

  /// The sizes that code outside the family reads.
  public var shape: TransformerShape {
    TransformerShape(
      width: hiddenSize, positions: maximumPositions, vocabulary: vocabularySize, tokenTypes: typeCount)
  }

  /// The floating-point operations of one forward pass over sequences of these lengths.
  public func forwardOperations(lengths: some Sequence<Int>, oneToken: Bool) -> Double {
    LayerOperations(layers: layerCount, width: hiddenSize, inner: intermediateSize, isGated: true)
      .count(lengths: lengths, oneToken: oneToken)
  }

  func makeTransformer() -> any Transformer { NomicBERTModel(self) }

  func makeHead(labels: Int, _ reader: inout ConfigurationReader) -> any ScoringHead {
    PoolerHead(
      encoder: Self.folder.encoderName, width: hiddenSize, labels: labels,
      dropoutRate: reader.optionalNumber("classifier_dropout", in: 0..<1) ?? hiddenDropout)
  }

  /// Both dialects: text-embeddings-inference and llama.cpp read the names of GPT-2, all of which they require, and
  /// transformers its own.
  func exported(_ configuration: JSONObject) -> JSONObject {
    var result = configuration.stating([("pad_token_id", 0)])
    let (epsilon, theta) = (JSONValue(layerNormEpsilon), JSONValue(rotary.theta))
    let isSilu = activation == .silu
    let settled: [(name: String, value: JSONValue)] = [
      ("hidden_size", JSONValue(hiddenSize)), ("n_embd", JSONValue(hiddenSize)),
      ("num_hidden_layers", JSONValue(layerCount)), ("n_layer", JSONValue(layerCount)),
      ("num_attention_heads", JSONValue(headCount)), ("n_head", JSONValue(headCount)),
      ("intermediate_size", JSONValue(intermediateSize)), ("n_inner", JSONValue(intermediateSize)),
      ("max_position_embeddings", JSONValue(maximumPositions)), ("max_trained_positions", JSONValue(maximumPositions)),
      ("layer_norm_eps", epsilon), ("layer_norm_epsilon", epsilon), ("rotary_emb_base", theta),
      ("rope_parameters", rotary.parameters), ("hidden_act", isSilu ? "silu" : "gelu"),
      ("activation_function", isSilu ? "swiglu" : "geglu"), ("hidden_dropout_prob", JSONValue(hiddenDropout)),
      ("resid_pdrop", JSONValue(hiddenDropout)), ("embd_pdrop", JSONValue(hiddenDropout)),
      ("attention_probs_dropout_prob", JSONValue(attentionDropout)), ("attn_pdrop", JSONValue(attentionDropout)),
      ("qkv_proj_bias", false), ("mlp_fc1_bias", false), ("mlp_fc2_bias", false), ("prenorm", false),
      ("causal", false), ("use_rms_norm", false), ("rotary_emb_fraction", 1.0), ("rotary_emb_interleaved", false),
      ("rotary_emb_scale_base", .null),
    ]
    for (name, value) in settled { result[name] = value }
    // Llama.cpp knows the models by their two lengths; of what is longer than the training, nothing else is read.
    let lengths = configuration["n_positions"]?.integerValue ?? (maximumPositions == 2048 ? 8192 : maximumPositions)
    result["n_positions"] = JSONValue(max(lengths, maximumPositions))
    if result["rotary_scaling_factor"] == nil { result["rotary_scaling_factor"] = .null }
    for name in ["rope_theta", "rope_scaling"] { result[name] = nil }
    return result
  }
}
