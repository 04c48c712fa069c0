extension BERTConfiguration: EncoderFamily {
  static let folder = FamilyFolder(
    title: "BERT", modelTypes: ["bert"], encoderClass: "BertModel", scorerClass: "BertForSequenceClassification",
    encoderName: "bert", classifier: "classifier",
    naming: CheckpointNaming(
      prefixes: ["", "bert."],
      aliases: [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")],
      // Heads of the pretraining, and buffers that are no parameters.
      ignored: ["cls.", "embeddings.position_ids", "embeddings.token_type_ids"], carried: ["pooler."],
      heads: ["classifier."]),
    tokenTypesKey: "type_vocab_size")

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

  func makeTransformer() -> any Transformer { BERTModel(self) }

  func makeHead(labels: Int, _ reader: inout ConfigurationReader) -> any ScoringHead {
    PoolerHead(
      encoder: Self.folder.encoderName, width: hiddenSize, labels: labels,
      dropoutRate: reader.optionalNumber("classifier_dropout", in: 0..<1) ?? hiddenDropout)
  }
}
