import JSONText
import Kernels

extension ModernBERTConfiguration: EncoderFamily {
  static let folder = FamilyFolder(
    title: "ModernBERT", modelTypes: ["modernbert"], encoderClass: "ModernBertModel",
    scorerClass: "ModernBertForSequenceClassification", encoderName: "model", classifier: "classifier",
    naming: CheckpointNaming(
      prefixes: ["", "model."],
      ignored: ["decoder."],
      // The head of the pretraining is also part of a classifier; without one, nothing reads it.
      heads: ["head.", "classifier."], optionalHeads: ["head."]),
    wordEmbeddings: "embeddings.tok_embeddings.weight", tokenTypesKey: nil)

  /// The sizes that code outside the family reads.
  public var shape: TransformerShape {
    TransformerShape(width: hiddenSize, positions: maximumPositions, vocabulary: vocabularySize, tokenTypes: nil)
  }

  /// The floating-point operations of one forward pass over sequences of these lengths.
  public func forwardOperations(lengths: some Sequence<Int>, oneToken: Bool) -> Double {
    let lengths = Array(lengths)
    return [true, false].reduce(0) { sum, kind in
      let layers = LayerOperations(
        layers: isGlobal.count { $0 == kind }, width: hiddenSize, inner: intermediateSize, isGated: true,
        window: kind ? nil : window)
      return sum + layers.count(lengths: lengths, oneToken: oneToken && isGlobal.last == kind)
    }
  }

  func makeTransformer() -> any Transformer { ModernBERTModel(self) }

  func makeHead(labels: Int, _ reader: inout ConfigurationReader) -> any ScoringHead {
    ModernBERTHead(
      self, labels: labels,
      pooling: reader.choice("classifier_pooling", ["cls": .cls, "mean": .mean], default: .cls),
      activation: reader.activation("classifier_activation", default: .gelu),
      hasBias: reader.boolean("classifier_bias", default: false),
      dropoutRate: reader.number("classifier_dropout", in: 0..<1, default: 0))
  }

  /// Both dialects: text-embeddings-inference and llama.cpp read the flat keys of transformers 4, some of which have no
  /// default there; transformers 5 reads the others.
  func exported(_ configuration: JSONObject) -> JSONObject {
    var result = configuration
    result["layer_types"] = JSONValue(isGlobal.map { $0 ? "full_attention" : "sliding_attention" })
    result["rope_parameters"] = [
      "full_attention": globalRotary.parameters, "sliding_attention": localRotary.parameters,
    ]
    result["global_rope_theta"] = JSONValue(globalRotary.theta)
    result["local_rope_theta"] = JSONValue(localRotary.theta)
    // Another order of layers has no form in the older dialect: no key is better than a wrong one.
    let every = (1...max(1, layerCount)).first { every in
      isGlobal.enumerated().allSatisfy { $0.element == ($0.offset % every == 0) }
    }
    result["global_attn_every_n_layers"] = every.map { JSONValue($0) }
    result["norm_bias"] = JSONValue(normHasBias)
    result["attention_bias"] = JSONValue(attentionHasBias)
    result["mlp_bias"] = JSONValue(feedForwardHasBias)
    result["norm_eps"] = JSONValue(normEpsilon)
    result["attention_dropout"] = JSONValue(attentionDropout)
    return result.stating([
      ("initializer_range", 0.02), ("initializer_cutoff_factor", 2.0), ("classifier_activation", "gelu"),
      ("pad_token_id", 50283), ("bos_token_id", 50281), ("eos_token_id", 50282), ("cls_token_id", 50281),
      ("sep_token_id", 50282),
    ])
  }
}
