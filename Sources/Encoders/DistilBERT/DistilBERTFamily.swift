extension DistilBERTConfiguration: EncoderFamily {
  static let folder = FamilyFolder(
    title: "DistilBERT", modelTypes: ["distilbert"], encoderClass: "DistilBertModel",
    scorerClass: "DistilBertForSequenceClassification", encoderName: "distilbert", classifier: "classifier",
    naming: CheckpointNaming(
      prefixes: ["", "distilbert."],
      aliases: [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")],
      // The head of the pretraining, and a buffer that is no parameter.
      ignored: ["vocab_transform.", "vocab_layer_norm.", "vocab_projector.", "embeddings.position_ids"],
      heads: ["pre_classifier.", "classifier."]),
    tokenTypesKey: nil)

  /// The sizes that code outside the family reads.
  public var shape: TransformerShape {
    TransformerShape(width: hiddenSize, positions: maximumPositions, vocabulary: vocabularySize, tokenTypes: nil)
  }

  /// The floating-point operations of one forward pass over sequences of these lengths.
  public func forwardOperations(lengths: some Sequence<Int>, oneToken: Bool) -> Double {
    LayerOperations(layers: layerCount, width: hiddenSize, inner: intermediateSize)
      .count(lengths: lengths, oneToken: oneToken)
  }

  func makeTransformer() -> any Transformer { DistilBERTModel(self) }

  func makeHead(labels: Int, _ reader: inout ConfigurationReader) -> any ScoringHead {
    // If the key is missing, the default of transformers.
    DistilBERTHead(
      self, labels: labels, dropoutRate: reader.optionalNumber("seq_classif_dropout", in: 0..<1) ?? 0.2)
  }
}
