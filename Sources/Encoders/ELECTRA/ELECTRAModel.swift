public import Layers
public import Tensors

// The struct tree is the checkpoint's tree, so the dotted path of a property is its key.
// Ports transformers v5.24 src/transformers/models/electra/modeling_electra.py.
//
// t tokens of all sequences · n sequences · d width of the hidden states · e width of the embeddings

/// An ELECTRA encoder: token ids to one hidden state per token.
///
/// BERT's layers on embeddings that are projected to their width.
///
/// Clark, Luong, Le & Manning 2020, arXiv:2003.10555.
public struct ELECTRAModel: Transformer {
  /// The shape of the model.
  public let configuration: ELECTRAConfiguration
  var embeddings: BERTEmbeddings
  /// The map from the width of the embeddings to that of the hidden states; nil if they are equal.
  var projection: Linear?
  var encoder: BERTEncoder

  /// Makes a model of zeros, to be loaded.
  init(_ configuration: ELECTRAConfiguration) {
    self.configuration = configuration
    embeddings = BERTEmbeddings(configuration.bert, width: configuration.embeddingSize)
    projection =
      configuration.projectsEmbeddings
      ? Linear(inputs: configuration.embeddingSize, outputs: configuration.bert.hiddenSize) : nil
    encoder = BERTEncoder(configuration.bert)
  }

  /// The hidden states of a batch.
  ///
  /// - Shape: → `[t, d]`, or `[n, d]` for `.oneEach`
  public func callAsFunction(_ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext) -> Tensor {
    encoder(firstStates(batch, &context), offsets: batch.offsets, of: wanted, &context)
  }

  /// The hidden states after the embeddings and their projection, and after each layer.
  public func allHiddenStates(
    _ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> [Tensor]? {
    encoder.states(after: firstStates(batch, &context), offsets: batch.offsets, of: wanted, &context)
  }

  /// The input of the first layer.
  private func firstStates(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    let embedded = embeddings(batch, &context)  // [t, e]
    return projection?(embedded) ?? embedded  // [t, d]
  }

  /// Shows the parameters in the checkpoint's order.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("embeddings", &embeddings)
    visitor.visit("embeddings_project", &projection)
    visitor.visit("encoder", &encoder)
  }
}
