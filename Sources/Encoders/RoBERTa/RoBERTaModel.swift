public import Layers
public import Tensors

// The struct tree is the checkpoint's tree, so the dotted path of a property is its key.
// Ports transformers v5.24 src/transformers/models/roberta/modeling_roberta.py.
//
// t tokens of all sequences · n sequences · d width of the hidden states

/// A RoBERTa encoder: token ids to one hidden state per token.
///
/// BERT's layers on embeddings whose positions begin after that of the padding token.
///
/// Liu et al. 2019, arXiv:1907.11692; XLM-RoBERTa: Conneau et al. 2020, arXiv:1911.02116; CamemBERT: Martin et al. 2020,
/// arXiv:1911.03894.
public struct RoBERTaModel: Transformer {
  /// The shape of the model.
  public let configuration: RoBERTaConfiguration
  var embeddings: RoBERTaEmbeddings
  var encoder: BERTEncoder

  /// Makes a model of zeros, to be loaded.
  init(_ configuration: RoBERTaConfiguration) {
    self.configuration = configuration
    embeddings = RoBERTaEmbeddings(configuration)
    encoder = BERTEncoder(configuration.bert)
  }

  /// The hidden states of a batch.
  ///
  /// - Shape: → `[t, d]`, or `[n, d]` for `.oneEach`
  public func callAsFunction(_ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext) -> Tensor {
    encoder(embeddings(batch, &context), offsets: batch.offsets, of: wanted, &context)
  }

  /// Shows the parameters in the checkpoint's order.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("embeddings", &embeddings)
    visitor.visit("encoder", &encoder)
  }
}

/// Words, positions and token types, summed and normalized.
///
/// The rows of the padding token in the tables of words and positions are not trained.
struct RoBERTaEmbeddings: Module {
  var wordEmbeddings: Embedding
  var positionEmbeddings: Embedding
  var tokenTypeEmbeddings: Embedding
  var layerNorm: LayerNorm
  let dropoutRate: Float
  let padding: Int32

  init(_ configuration: RoBERTaConfiguration) {
    let bert = configuration.bert
    wordEmbeddings = Embedding(rows: bert.vocabularySize, width: bert.hiddenSize)
    positionEmbeddings = Embedding(rows: bert.maximumPositions, width: bert.hiddenSize)
    tokenTypeEmbeddings = Embedding(rows: bert.typeCount, width: bert.hiddenSize)
    layerNorm = LayerNorm(width: bert.hiddenSize, epsilon: bert.layerNormEpsilon)
    dropoutRate = bert.hiddenDropout
    padding = Int32(configuration.paddingID)
  }

  func callAsFunction(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    let sum = Tensor.embeddingSum(
      [
        (wordEmbeddings.weight, batch.ids), (tokenTypeEmbeddings.weight, batch.typeIDs),
        (positionEmbeddings.weight, batch.positions(padding: padding)),
      ], paddingRows: [padding, nil, padding])
    let normalized = layerNorm(sum)  // [t, d]
    return normalized.dropout(context.dropout(rate: dropoutRate))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("word_embeddings", &wordEmbeddings)
    visitor.visit("position_embeddings", &positionEmbeddings)
    visitor.visit("token_type_embeddings", &tokenTypeEmbeddings)
    visitor.visit("LayerNorm", &layerNorm)
  }
}
