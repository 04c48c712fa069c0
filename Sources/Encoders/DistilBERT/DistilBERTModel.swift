import Kernels
public import Layers
public import Tensors

// The struct tree is the checkpoint's tree, so the dotted path of a property is its key.
// Ports transformers v5.24 src/transformers/models/distilbert/modeling_distilbert.py.
//
// t tokens of all sequences · n sequences · d width of the hidden states

/// A DistilBERT encoder: token ids to one hidden state per token.
///
/// BERT without token types, and without dropout after attention.
///
/// Sanh, Debut, Chaumond & Wolf 2019, arXiv:1910.01108.
public struct DistilBERTModel: Transformer {
  /// The settings of the model.
  public let configuration: DistilBERTConfiguration
  var embeddings: DistilBERTEmbeddings
  var transformer: DistilBERTLayers

  /// Makes a model of zeros, to be loaded.
  init(_ configuration: DistilBERTConfiguration) {
    self.configuration = configuration
    embeddings = DistilBERTEmbeddings(configuration)
    transformer = DistilBERTLayers(configuration)
  }

  /// The hidden states of a batch.
  ///
  /// - Shape: → `[t, d]`, or `[n, d]` for `.oneEach`
  public func callAsFunction(_ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext) -> Tensor {
    transformer(embeddings(batch, &context), offsets: batch.offsets, of: wanted, &context)
  }

  /// The hidden states after the embeddings and after each layer.
  public func allHiddenStates(
    _ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> [Tensor]? {
    transformer.states(after: embeddings(batch, &context), offsets: batch.offsets, of: wanted, &context)
  }

  /// Shows the parameters in the checkpoint's order.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("embeddings", &embeddings)
    visitor.visit("transformer", &transformer)
  }
}

/// Words and positions, summed and normalized.
///
/// The row of the padding token in the table of words is not trained.
struct DistilBERTEmbeddings: Module {
  var wordEmbeddings: Embedding
  var positionEmbeddings: Embedding
  var layerNorm: LayerNorm
  let dropoutRate: Float
  let padding: Int32?

  init(_ configuration: DistilBERTConfiguration) {
    wordEmbeddings = Embedding(rows: configuration.vocabularySize, width: configuration.hiddenSize)
    positionEmbeddings = Embedding(rows: configuration.maximumPositions, width: configuration.hiddenSize)
    layerNorm = LayerNorm(width: configuration.hiddenSize, epsilon: DistilBERTConfiguration.layerNormEpsilon)
    dropoutRate = configuration.dropout
    padding = configuration.paddingRow
  }

  func callAsFunction(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    let sum = Tensor.embeddingSum(
      [(wordEmbeddings.weight, batch.ids), (positionEmbeddings.weight, batch.positions)], paddingRows: [padding, nil])
    let normalized = layerNorm(sum)  // [t, d]
    return normalized.dropout(context.dropout(rate: dropoutRate))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("word_embeddings", &wordEmbeddings)
    visitor.visit("position_embeddings", &positionEmbeddings)
    visitor.visit("LayerNorm", &layerNorm)
  }
}

/// The layers, one after the other.
struct DistilBERTLayers: Module {
  var layer: [DistilBERTLayer]

  init(_ configuration: DistilBERTConfiguration) {
    layer = (0..<configuration.layerCount).map { _ in DistilBERTLayer(configuration) }
  }

  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    layer.applied(to: x, &context) { [last = layer.count - 1] layer, index, hiddenStates, _, context in
      layer(hiddenStates, offsets: offsets, of: index == last ? wanted : .all, &context)
    }
  }

  /// The input and the output of each layer.
  func states(
    after x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> [Tensor] {
    layer.indices.reduce(into: [x]) { states, index in
      states.append(
        layer[index](states[index], offsets: offsets, of: index == layer.count - 1 ? wanted : .all, &context))
    }
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("layer", &layer) }
}

/// One layer: attention, then the feed-forward block, each added to its input and normalized.
struct DistilBERTLayer: Module {
  var attention: DistilBERTAttention
  var attentionNorm: LayerNorm
  var feedForward: DistilBERTFeedForward
  var outputNorm: LayerNorm

  init(_ configuration: DistilBERTConfiguration) {
    attention = DistilBERTAttention(configuration)
    attentionNorm = LayerNorm(width: configuration.hiddenSize, epsilon: DistilBERTConfiguration.layerNormEpsilon)
    feedForward = DistilBERTFeedForward(configuration)
    outputNorm = attentionNorm
  }

  /// - Parameter wanted: the tokens to compute; every token is still attended to.
  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    let (residual, attended): (Tensor, Tensor)  // [t or n, d]
    switch wanted {
    case .all: (residual, attended) = (x, attention(x, offsets: offsets, &context))
    case .oneEach(let tokens):
      residual = x.gatherRows(tokens)
      attended = attention(from: residual, at: tokens, to: x, offsets: offsets, &context)
    }
    let normalized = attentionNorm(attended, residual: residual)
    return outputNorm(
      feedForward(normalized), residual: normalized, dropout: context.dropout(rate: feedForward.dropoutRate))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("attention", &attention)
    visitor.visit("sa_layer_norm", &attentionNorm)
    visitor.visit("ffn", &feedForward)
    visitor.visit("output_layer_norm", &outputNorm)
  }
}

/// Self-attention with its output projection.
struct DistilBERTAttention: Module {
  var query: Linear
  var key: Linear
  var value: Linear
  var output: Linear
  let configuration: DistilBERTConfiguration

  init(_ configuration: DistilBERTConfiguration) {
    self.configuration = configuration
    query = Linear(inputs: configuration.hiddenSize, outputs: configuration.hiddenSize)
    (key, value, output) = (query, query, query)
  }

  func callAsFunction(_ x: Tensor, offsets: [Int], _ context: inout ForwardContext) -> Tensor {
    let projections = x.linearSideBySide([query.map, key.map, value.map])  // [t, 3 d]
    return output(
      projections.selfAttention(
        offsets: offsets, pattern: AttentionPattern(heads: configuration.headCount),
        dropout: context.dropout(rate: configuration.attentionDropout)))
  }

  /// The attention of one token of each sequence to all its tokens.
  ///
  /// - Parameter tokens: the tokens' indices in the batch.
  func callAsFunction(
    from states: Tensor, at tokens: [Int], to x: Tensor, offsets: [Int], _ context: inout ForwardContext
  ) -> Tensor {
    let keysAndValues = x.linearSideBySide([key.map, value.map])  // [t, 2 d]
    return output(
      query(states).singleQueryAttention(
        to: keysAndValues, offsets: offsets, queries: zip(tokens, offsets).map { $0 - $1 },
        pattern: AttentionPattern(heads: configuration.headCount),
        dropout: context.dropout(rate: configuration.attentionDropout)))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("q_lin", &query)
    visitor.visit("k_lin", &key)
    visitor.visit("v_lin", &value)
    visitor.visit("out_lin", &output)
  }
}

/// The feed-forward block.
struct DistilBERTFeedForward: Module {
  var input: Linear
  var output: Linear
  let activation: Activation
  let dropoutRate: Float

  init(_ configuration: DistilBERTConfiguration) {
    input = Linear(inputs: configuration.hiddenSize, outputs: configuration.intermediateSize)
    output = Linear(inputs: configuration.intermediateSize, outputs: configuration.hiddenSize)
    (activation, dropoutRate) = (configuration.activation, configuration.dropout)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    x.feedForward(input: input.map, output: output.map, activation: activation)
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("lin1", &input)
    visitor.visit("lin2", &output)
  }
}
