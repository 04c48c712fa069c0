import JSONText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension GTEConfiguration: EncoderFamily {
  static let folder = FamilyFolder(
    title: "GTE", modelTypes: ["gte", "new"], encoderClass: "GteModel", scorerClass: "GteForSequenceClassification",
    encoderName: "gte", classifier: "classifier",
    naming: CheckpointNaming(
      prefixes: ["", "gte.", "new."], ignored: ["lm_head."],
      // gte-multilingual-base has a classifier of tokens, for sparse weights.
      carried: ["pooler.", "classifier."], heads: ["classifier."]),
    tokenTypesKey: "type_vocab_size",
    transformersNames: TransformersNames(
      renamed: [("layers.", "encoder.layer."), (".self_attn.o_proj", ".attention.o_proj")],
      joined: [
        (TransformersNames.attention, ".attention.qkv_proj"),
        ([".mlp.up_proj", ".mlp.gate_proj"], ".mlp.up_gate_proj"),
      ]), hasOwnCode: true)

  /// The sizes that code outside the family reads.
  ///
  /// With one row of token type embeddings every token has type 0, whatever the tokenizer gives.
  public var shape: TransformerShape {
    TransformerShape(
      width: hiddenSize, positions: maximumPositions, vocabulary: vocabularySize,
      tokenTypes: typeCount < 2 ? nil : typeCount)
  }

  /// The floating-point operations of one forward pass over sequences of these lengths.
  public func forwardOperations(lengths: some Sequence<Int>, oneToken: Bool) -> Double {
    LayerOperations(layers: layerCount, width: hiddenSize, inner: intermediateSize, isGated: true)
      .count(lengths: lengths, oneToken: oneToken)
  }

  func makeTransformer() -> any Transformer { GTEModel(self) }

  func makeHead(labels: Int, _ reader: inout ConfigurationReader) -> any ScoringHead {
    PoolerHead(
      encoder: Self.folder.encoderName, width: hiddenSize, labels: labels,
      dropoutRate: reader.optionalNumber("classifier_dropout", in: 0..<1) ?? hiddenDropout)
  }

  /// Both dialects, under the name of the family that transformers and text-embeddings-inference know.
  ///
  /// Transformers has no NTK scaling as GTE's own code computes it, but `longrope` has a factor for every frequency.
  /// Text-embeddings-inference reads θ and `factor` of any scaling as those of NTK. So one dictionary serves both; it
  /// has to be `rope_scaling`, which transformers prefers to `rope_parameters`.
  func exported(_ configuration: JSONObject) -> JSONObject {
    var result = configuration.stating([("pad_token_id", 1)])
    result["model_type"] = "gte"
    result["layer_norm_type"] = "layer_norm"
    result["position_embedding_type"] = "rope"
    result["layer_norm_eps"] = JSONValue(layerNormEpsilon)
    result["hidden_dropout_prob"] = JSONValue(hiddenDropout)
    result["attention_probs_dropout_prob"] = JSONValue(attentionDropout)
    guard let (theta, factor) = ntk else {
      result["rope_theta"] = JSONValue(rotary.theta)
      result["rope_scaling"] = nil
      result["rope_parameters"] = rotary.parameters
      return result
    }
    let (base, divisor) = RotarySettings(theta: theta, scaling: .ntk(factor: factor)).frequencies(width: headWidth)
    let factors = JSONValue(Array(repeating: JSONValue(divisor), count: headWidth / 2))
    result["rope_theta"] = JSONValue(theta)
    result["rope_parameters"] = nil
    result["rope_scaling"] = [
      "rope_type": "longrope", "rope_theta": JSONValue(base), "factor": JSONValue(factor), "short_factor": factors,
      "long_factor": factors, "attention_factor": 1.0, "original_max_position_embeddings": JSONValue(maximumPositions),
    ]
    return result
  }

  /// θ and the factor of NTK scaling, as which linear scaling can be written too; nil without scaling.
  private var ntk: (theta: Double, factor: Double)? {
    switch rotary.scaling {
    case .none: return nil
    case .ntk(let factor): return (rotary.theta, factor)
    case .linear(let divisor):
      let factor = pow(divisor, Double(headWidth) / 2)
      return (rotary.theta / factor, factor)
    }
  }
}
