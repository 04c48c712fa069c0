import JSONText

extension MPNetConfiguration: EncoderFamily {
  static let folder = FamilyFolder(
    title: "MPNet", modelTypes: ["mpnet"], encoderClass: "MPNetModel", scorerClass: "MPNetForSequenceClassification",
    encoderName: "mpnet", classifier: "classifier.out_proj",
    naming: CheckpointNaming(
      prefixes: ["", "mpnet."],
      aliases: [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")],
      // The head of the pretraining, and a buffer that is no parameter.
      ignored: ["lm_head.", "embeddings.position_ids"], carried: ["pooler."], heads: ["classifier."]),
    tokenTypesKey: nil)

  /// The sizes that code outside the family reads.
  public var shape: TransformerShape {
    TransformerShape(width: hiddenSize, positions: positions, vocabulary: vocabularySize, tokenTypes: nil)
  }

  /// The floating-point operations of one forward pass over sequences of these lengths.
  public func forwardOperations(lengths: some Sequence<Int>, oneToken: Bool) -> Double {
    LayerOperations(layers: layerCount, width: hiddenSize, inner: intermediateSize)
      .count(lengths: lengths, oneToken: oneToken)
  }

  /// All keys of the class, which text-embeddings-inference asks for.
  func exported(_ configuration: JSONObject) -> JSONObject {
    configuration.stating([
      ("hidden_act", "gelu"), ("hidden_dropout_prob", JSONValue(hiddenDropout)),
      ("attention_probs_dropout_prob", JSONValue(attentionDropout)),
      ("max_position_embeddings", JSONValue(maximumPositions)), ("layer_norm_eps", JSONValue(layerNormEpsilon)),
      ("initializer_range", 0.02), ("pad_token_id", JSONValue(Int(Self.paddingID))),
      ("relative_attention_num_buckets", JSONValue(Self.bucketCount)),
    ])
  }

  func makeTransformer() -> any Transformer { MPNetModel(self) }

  /// The head of RoBERTa; it has no rate of dropout of its own.
  func makeHead(labels: Int, _ reader: inout ConfigurationReader) -> any ScoringHead {
    RoBERTaHead(width: hiddenSize, labels: labels, dropoutRate: hiddenDropout)
  }
}
