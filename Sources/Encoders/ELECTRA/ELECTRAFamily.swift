import JSONText
import Kernels
import Tensors

extension ELECTRAConfiguration: EncoderFamily {
  static let folder = FamilyFolder(
    title: "ELECTRA", modelTypes: ["electra"], encoderClass: "ElectraModel",
    scorerClass: "ElectraForSequenceClassification", encoderName: "electra", classifier: "classifier.out_proj",
    naming: CheckpointNaming(
      prefixes: ["", "electra."],
      aliases: [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")],
      // Heads of the pretraining, of the discriminator and of the generator, and a buffer that is no parameter.
      ignored: [
        "discriminator_predictions.", "generator_predictions.", "generator_lm_head.", "embeddings.position_ids",
      ],
      heads: ["classifier."]),
    tokenTypesKey: "type_vocab_size")

  /// The sizes that code outside the family reads.
  public var shape: TransformerShape { bert.shape }

  /// The floating-point operations of one forward pass over sequences of these lengths.
  public func forwardOperations(lengths: some Sequence<Int>, oneToken: Bool) -> Double {
    let projected = projectsEmbeddings ? 2 * Double(embeddingSize * bert.hiddenSize * lengths.reduce(0, +)) : 0
    return projected + bert.forwardOperations(lengths: lengths, oneToken: oneToken)
  }

  /// All keys that shape the model.
  func exported(_ configuration: JSONObject) -> JSONObject {
    bert.stated(in: configuration).stating([("embedding_size", JSONValue(embeddingSize))])
  }

  func makeTransformer() -> any Transformer { ELECTRAModel(self) }

  /// The head of RoBERTa with another activation.
  func makeHead(labels: Int, _ reader: inout ConfigurationReader) -> any ScoringHead {
    RoBERTaHead(
      width: bert.hiddenSize, labels: labels,
      dropoutRate: reader.optionalNumber("classifier_dropout", in: 0..<1) ?? bert.hiddenDropout,
      activation: { $0.activated(by: .gelu) })
  }
}
