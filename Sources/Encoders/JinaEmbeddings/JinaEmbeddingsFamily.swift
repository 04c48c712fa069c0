import JSONText

extension JinaEmbeddingsConfiguration: EncoderFamily {
  static let folder = FamilyFolder(
    title: "jina-embeddings-v3", modelTypes: ["jina_embeddings_v3"], encoderClass: "JinaEmbeddingsV3Model",
    scorerClass: "JinaEmbeddingsV3ForSequenceClassification", encoderName: "roberta",
    classifier: "classifier.out_proj",
    naming: CheckpointNaming(
      prefixes: ["", "roberta."], aliases: [(TaskAdapters.weightEnding, ".weight")],
      // The head of the pretraining, and a buffer that is no parameter.
      ignored: ["lm_head.", "embeddings.position_ids"], ignoredEndings: TaskAdapters.endings, carried: ["pooler."],
      heads: ["classifier."]),
    tokenTypesKey: "type_vocab_size",
    transformersNames: TransformersNames(
      renamed: [("layers.", "encoder.layers."), (".self_attn.o_proj", ".mixer.out_proj")],
      joined: [(TransformersNames.attention, ".mixer.Wqkv")]),
    hasOwnCode: true, ownTransformer: "custom_st.Transformer")

  /// True for the family's type, and for the configuration of its authors' code, which calls it XLM-RoBERTa.
  static func reads(_ configuration: JSONObject) -> Bool {
    switch configuration["model_type"] {
    case nil, JSONValue(RoBERTaVariant.xlmRoBERTa.rawValue):
      return configuration["position_embedding_type"] == "rotary" || configuration.stated("lora_adaptations") != nil
    case let type: return type == JSONValue(folder.modelTypes[0])
    }
  }

  /// The sizes that code outside the family reads.
  public var shape: TransformerShape {
    TransformerShape(
      width: hiddenSize, positions: maximumPositions, vocabulary: vocabularySize, tokenTypes: typeCount)
  }

  /// The floating-point operations of one forward pass over sequences of these lengths.
  public func forwardOperations(lengths: some Sequence<Int>, oneToken: Bool) -> Double {
    LayerOperations(layers: layerCount, width: hiddenSize, inner: intermediateSize)
      .count(lengths: lengths, oneToken: oneToken)
  }

  func makeTransformer() -> any Transformer { JinaEmbeddingsModel(self) }

  func makeHead(labels: Int, _ reader: inout ConfigurationReader) -> any ScoringHead {
    RoBERTaHead(
      width: hiddenSize, labels: labels,
      dropoutRate: reader.optionalNumber("classifier_dropout", in: 0..<1) ?? hiddenDropout)
  }

  /// The dialect of transformers, in which the model needs no code of its own; what is written has no adapters.
  func exported(_ configuration: JSONObject) -> JSONObject {
    let original = [
      "lora_adaptations", "lora_alpha", "lora_dropout_p", "lora_main_params_trainable", "lora_rank",
      "load_trained_adapters", "task_instructions", "use_flash_attn", "use_reentrant", "position_embedding_type",
      "rotary_emb_base", "rope_theta", "rope_scaling", "emb_pooler",
    ]
    var result = JSONObject(configuration.members.filter { !original.contains($0.name) }).stating([
      ("hidden_act", "gelu"), ("hidden_dropout_prob", JSONValue(hiddenDropout)),
      ("attention_probs_dropout_prob", JSONValue(attentionDropout)),
      ("max_position_embeddings", JSONValue(maximumPositions)), ("type_vocab_size", JSONValue(typeCount)),
      ("layer_norm_eps", JSONValue(layerNormEpsilon)), ("initializer_range", 0.02),
    ])
    result["model_type"] = JSONValue(Self.folder.modelTypes[0])
    result["pad_token_id"] = JSONValue(paddingID)
    result["rope_parameters"] = rotary.parameters
    return result
  }
}
