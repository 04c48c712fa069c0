import Kernels
public import Layers
public import Tensors

// The struct tree is the checkpoint's tree, so the dotted path of a property is its key.
// Ports transformers v5.24 src/transformers/models/mpnet/modeling_mpnet.py.
//
// t tokens of all sequences · n sequences · d width of the hidden states

/// An MPNet encoder: token ids to one hidden state per token.
///
/// RoBERTa without token types, with a learned bias of attention scores by relative position that all layers share.
///
/// Song, Tan, Qin, Lu & Liu 2020, arXiv:2004.09297.
public struct MPNetModel: Transformer {
  /// The settings of the model.
  public let configuration: MPNetConfiguration
  var embeddings: MPNetEmbeddings
  var encoder: MPNetEncoder

  /// Makes a model of zeros, to be loaded.
  init(_ configuration: MPNetConfiguration) {
    self.configuration = configuration
    embeddings = MPNetEmbeddings(configuration)
    encoder = MPNetEncoder(configuration)
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

/// Words and positions, summed and normalized.
///
/// The rows of the padding token in both tables are not trained.
struct MPNetEmbeddings: Module {
  var wordEmbeddings: Embedding
  var positionEmbeddings: Embedding
  var layerNorm: LayerNorm
  let dropoutRate: Float

  init(_ configuration: MPNetConfiguration) {
    wordEmbeddings = Embedding(rows: configuration.vocabularySize, width: configuration.hiddenSize)
    positionEmbeddings = Embedding(rows: configuration.maximumPositions, width: configuration.hiddenSize)
    layerNorm = LayerNorm(width: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
    dropoutRate = configuration.hiddenDropout
  }

  func callAsFunction(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    let padding = MPNetConfiguration.paddingID
    let sum = Tensor.embeddingSum(
      [(wordEmbeddings.weight, batch.ids), (positionEmbeddings.weight, batch.positions(padding: padding))],
      paddingRows: [padding, padding])
    let normalized = layerNorm(sum)  // [t, d]
    return normalized.dropout(context.dropout(rate: dropoutRate))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("word_embeddings", &wordEmbeddings)
    visitor.visit("position_embeddings", &positionEmbeddings)
    visitor.visit("LayerNorm", &layerNorm)
  }
}

/// The layers, one after the other, and the table of their bias.
struct MPNetEncoder: Module {
  var layer: [MPNetLayer]
  var relativeAttentionBias: Embedding

  init(_ configuration: MPNetConfiguration) {
    layer = (0..<configuration.layerCount).map { _ in MPNetLayer(configuration) }
    relativeAttentionBias = Embedding(rows: MPNetConfiguration.bucketCount, width: configuration.headCount)
  }

  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    let buckets = RelativeBuckets.t5(
      count: MPNetConfiguration.bucketCount, maximumDistance: MPNetConfiguration.maximumDistance)
    return layer.applied(to: x, sharing: [relativeAttentionBias.weight], &context) {
      [last = layer.count - 1] layer, index, hiddenStates, shared, context in
      let bias = RelativeBias(table: shared[0], buckets: buckets)
      return layer(hiddenStates, offsets: offsets, of: index == last ? wanted : .all, bias: bias, &context)
    }
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("layer", &layer)
    visitor.visit("relative_attention_bias", &relativeAttentionBias)
  }
}

/// One layer: attention, then the feed-forward block, each added to its input and normalized.
struct MPNetLayer: Module {
  var attention: MPNetAttention
  var intermediate: BERTDense
  var output: MPNetOutput
  let activation: Activation
  let dropoutRate: Float

  init(_ configuration: MPNetConfiguration) {
    attention = MPNetAttention(configuration)
    intermediate = BERTDense(inputs: configuration.hiddenSize, outputs: configuration.intermediateSize)
    output = MPNetOutput(configuration)
    (activation, dropoutRate) = (configuration.activation, configuration.hiddenDropout)
  }

  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, bias: RelativeBias, _ context: inout ForwardContext
  ) -> Tensor {
    let attended = attention(x, offsets: offsets, of: wanted, bias: bias, &context)  // [t or n, d]
    let transformed = attended.feedForward(
      input: intermediate.dense.map, output: output.dense.map, activation: activation)
    return output.layerNorm(transformed, residual: attended, dropout: context.dropout(rate: dropoutRate))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("attention", &attention)
    visitor.visit("intermediate", &intermediate)
    visitor.visit("output", &output)
  }
}

/// Self-attention with its output projection, added to its input and normalized.
struct MPNetAttention: Module {
  var attention: MPNetSelfAttention
  var layerNorm: LayerNorm
  let dropoutRate: Float

  init(_ configuration: MPNetConfiguration) {
    attention = MPNetSelfAttention(configuration)
    layerNorm = LayerNorm(width: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
    dropoutRate = configuration.hiddenDropout
  }

  /// - Parameter wanted: the tokens to compute; every token is still attended to.
  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, bias: RelativeBias, _ context: inout ForwardContext
  ) -> Tensor {
    let (residual, attended): (Tensor, Tensor)  // [t or n, d]
    switch wanted {
    case .all: (residual, attended) = (x, attention(x, offsets: offsets, bias: bias, &context))
    case .oneEach(let tokens):
      residual = x.gatherRows(tokens)
      attended = attention(from: residual, at: tokens, to: x, offsets: offsets, bias: bias, &context)
    }
    return layerNorm(attended, residual: residual, dropout: context.dropout(rate: dropoutRate))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("attn", &attention)
    visitor.visit("LayerNorm", &layerNorm)
  }
}

/// Self-attention with its output projection.
struct MPNetSelfAttention: Module {
  var query: Linear
  var key: Linear
  var value: Linear
  var output: Linear
  let pattern: AttentionPattern
  let dropoutRate: Float

  init(_ configuration: MPNetConfiguration) {
    query = Linear(inputs: configuration.hiddenSize, outputs: configuration.hiddenSize)
    (key, value, output) = (query, query, query)
    pattern = AttentionPattern(heads: configuration.headCount)
    dropoutRate = configuration.attentionDropout
  }

  func callAsFunction(
    _ x: Tensor, offsets: [Int], bias: RelativeBias, _ context: inout ForwardContext
  ) -> Tensor {
    let projections = x.linearSideBySide([query.map, key.map, value.map])  // [t, 3 d]
    return output(
      projections.selfAttention(
        offsets: offsets, pattern: pattern, bias: bias, dropout: context.dropout(rate: dropoutRate)))
  }

  /// The attention of one token of each sequence to all its tokens.
  ///
  /// - Parameter tokens: the tokens' indices in the batch.
  func callAsFunction(
    from states: Tensor, at tokens: [Int], to x: Tensor, offsets: [Int], bias: RelativeBias,
    _ context: inout ForwardContext
  ) -> Tensor {
    let keysAndValues = x.linearSideBySide([key.map, value.map])  // [t, 2 d]
    return output(
      query(states).singleQueryAttention(
        to: keysAndValues, offsets: offsets, queries: zip(tokens, offsets).map { $0 - $1 }, pattern: pattern,
        bias: bias, dropout: context.dropout(rate: dropoutRate)))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("q", &query)
    visitor.visit("k", &key)
    visitor.visit("v", &value)
    visitor.visit("o", &output)
  }
}

/// The output of the feed-forward block and the normalization after it.
struct MPNetOutput: Module {
  var dense: Linear
  var layerNorm: LayerNorm

  init(_ configuration: MPNetConfiguration) {
    dense = Linear(inputs: configuration.intermediateSize, outputs: configuration.hiddenSize)
    layerNorm = LayerNorm(width: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("dense", &dense)
    visitor.visit("LayerNorm", &layerNorm)
  }
}
