import JSONText

/// The classes of transformers that are this model, by their `model_type`.
enum RoBERTaVariant: String, CaseIterable {
  case xlmRoBERTa = "xlm-roberta"
  case roBERTa = "roberta"
  case camemBERT = "camembert"

  /// The class of a `config.json`; jina-reranker-v2 names no type, only the code of its own.
  init(_ configuration: JSONObject) {
    self = configuration["model_type"]?.stringValue.flatMap(Self.init(rawValue:)) ?? .xlmRoBERTa
  }

  /// The name in messages.
  var title: String {
    switch self {
    case .xlmRoBERTa: "XLM-RoBERTa"
    case .roBERTa: "RoBERTa"
    case .camemBERT: "CamemBERT"
    }
  }

  /// The beginning of the names of the classes in transformers.
  var classStem: String {
    switch self {
    case .xlmRoBERTa: "XLMRoberta"
    case .roBERTa: "Roberta"
    case .camemBERT: "Camembert"
    }
  }

  /// The layout of the class's checkpoints, and for reading that of jina-reranker-v2, whose own code gives the same
  /// parameters the names of FlashAttention.
  var folder: FamilyFolder {
    FamilyFolder(
      title: title, modelTypes: Self.allCases.map(\.rawValue), encoderClass: classStem + "Model",
      scorerClass: classStem + "ForSequenceClassification", encoderName: "roberta", classifier: "classifier.out_proj",
      naming: CheckpointNaming(
        prefixes: ["", "roberta.", "xlm-roberta.", "camembert."],
        aliases: [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")],
        renamings: [
          ("emb_ln.", "embeddings.LayerNorm."), ("encoder.layers.", "encoder.layer."),
          (".mixer.out_proj.", ".attention.output.dense."), (".norm1.", ".attention.output.LayerNorm."),
          (".mlp.fc1.", ".intermediate.dense."), (".mlp.fc2.", ".output.dense."), (".norm2.", ".output.LayerNorm."),
        ],
        packed: [(".mixer.Wqkv.", ["query", "key", "value"].map { ".attention.self.\($0)." })],
        // The head of the pretraining, and a buffer that is no parameter.
        ignored: ["lm_head.", "embeddings.position_ids"], carried: ["pooler."], heads: ["classifier."]),
      tokenTypesKey: "type_vocab_size", hasOwnCode: true)
  }
}

extension RoBERTaConfiguration: EncoderFamily {
  static let folder = RoBERTaVariant.xlmRoBERTa.folder

  var folder: FamilyFolder { variant.folder }

  /// True for the family's types, and for jina-reranker-v2, which has no `model_type`.
  static func reads(_ configuration: JSONObject) -> Bool {
    guard let type = configuration["model_type"] else { return configuration.needsFlashXLMRoBERTa }
    return type.stringValue.map(folder.modelTypes.contains) ?? false
  }

  /// The sizes that code outside the family reads.
  public var shape: TransformerShape {
    TransformerShape(
      width: bert.hiddenSize, positions: positions, vocabulary: bert.vocabularySize, tokenTypes: bert.typeCount)
  }

  /// The floating-point operations of one forward pass over sequences of these lengths.
  public func forwardOperations(lengths: some Sequence<Int>, oneToken: Bool) -> Double {
    bert.forwardOperations(lengths: lengths, oneToken: oneToken)
  }

  /// The type and all keys of the class, which text-embeddings-inference and llama.cpp's converter ask for.
  func exported(_ configuration: JSONObject) -> JSONObject {
    var result = bert.stated(in: configuration)
    result["model_type"] = JSONValue(variant.rawValue)
    result["pad_token_id"] = JSONValue(paddingID)
    return result
  }

  func makeTransformer() -> any Transformer { RoBERTaModel(self) }

  func makeHead(labels: Int, _ reader: inout ConfigurationReader) -> any ScoringHead {
    RoBERTaHead(
      width: bert.hiddenSize, labels: labels,
      dropoutRate: reader.optionalNumber("classifier_dropout", in: 0..<1) ?? bert.hiddenDropout)
  }
}

extension BERTConfiguration {
  /// A configuration with the keys that it leaves to the defaults of transformers, for readers that have none.
  func stated(in configuration: JSONObject) -> JSONObject {
    configuration.stating([
      ("hidden_act", "gelu"), ("hidden_dropout_prob", JSONValue(hiddenDropout)),
      ("attention_probs_dropout_prob", JSONValue(attentionDropout)),
      ("max_position_embeddings", JSONValue(maximumPositions)), ("type_vocab_size", JSONValue(typeCount)),
      ("layer_norm_eps", JSONValue(layerNormEpsilon)), ("initializer_range", 0.02),
    ])
  }
}

extension JSONObject {
  /// True if the configuration names the code of XLM-RoBERTa for FlashAttention that jina's models bring.
  var needsFlashXLMRoBERTa: Bool {
    self["auto_map"]?.objectValue?["AutoConfig"]?.stringValue?.hasSuffix(".XLMRobertaFlashConfig") ?? false
  }
}
