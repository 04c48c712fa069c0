public import Layers
public import Tensors

// The struct tree is the checkpoint's tree, so the dotted path of a property is its key.
// Ports transformers v4.57 src/transformers/models/bert/modeling_bert.py.
//
// t tokens of all sequences · n sequences · d width of the hidden states

/// A BERT encoder: token ids to one hidden state per token.
///
/// Devlin, Chang, Lee & Toutanova 2018, arXiv:1810.04805.
public struct BERTModel: Transformer {
  /// The shape of the model.
  public let configuration: BERTConfiguration
  var embeddings: BERTEmbeddings
  var encoder: BERTEncoder

  /// Makes a model of zeros, to be loaded.
  init(_ configuration: BERTConfiguration) {
    self.configuration = configuration
    embeddings = BERTEmbeddings(configuration, width: configuration.hiddenSize)
    encoder = BERTEncoder(configuration)
  }

  /// The hidden states of a batch.
  ///
  /// For `.oneEach` the last layer computes only the wanted tokens, which need only the keys and values of the others.
  ///
  /// - Shape: → `[t, d]`, or `[n, d]` for `.oneEach`
  public func callAsFunction(_ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext) -> Tensor {
    encoder(embeddings(batch, &context), offsets: batch.offsets, of: wanted, &context)
  }

  /// The hidden states after the embeddings and after each layer.
  public func allHiddenStates(
    _ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> [Tensor]? {
    encoder.states(after: embeddings(batch, &context), offsets: batch.offsets, of: wanted, &context)
  }

  /// Shows the parameters in the checkpoint's order.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("embeddings", &embeddings)
    visitor.visit("encoder", &encoder)
  }
}

/// Words, positions and token types, summed and normalized.
///
/// The row of the padding token in the table of words is not trained.
struct BERTEmbeddings: Module {
  var wordEmbeddings: Embedding
  var positionEmbeddings: Embedding
  var tokenTypeEmbeddings: Embedding
  var layerNorm: LayerNorm
  let dropoutRate: Float
  let padding: Int32?

  init(_ configuration: BERTConfiguration, width: Int) {
    wordEmbeddings = Embedding(rows: configuration.vocabularySize, width: width)
    positionEmbeddings = Embedding(rows: configuration.maximumPositions, width: width)
    tokenTypeEmbeddings = Embedding(rows: configuration.typeCount, width: width)
    layerNorm = LayerNorm(width: width, epsilon: configuration.layerNormEpsilon)
    dropoutRate = configuration.hiddenDropout
    padding = configuration.paddingRow
  }

  func callAsFunction(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    let sum = Tensor.embeddingSum(
      [
        (wordEmbeddings.weight, batch.ids), (positionEmbeddings.weight, batch.positions),
        (tokenTypeEmbeddings.weight, batch.typeIDs),
      ], paddingRows: [padding, nil, nil])
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

/// The layers, one after the other.
struct BERTEncoder: Module {
  var layer: [BERTLayer]

  init(_ configuration: BERTConfiguration) {
    layer = (0..<configuration.layerCount).map { _ in BERTLayer(configuration) }
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
struct BERTLayer: Module {
  var attention: BERTAttention
  var intermediate: BERTDense
  var output: BERTOutput
  let configuration: BERTConfiguration

  init(_ configuration: BERTConfiguration) {
    self.configuration = configuration
    attention = BERTAttention(configuration)
    intermediate = BERTDense(inputs: configuration.hiddenSize, outputs: configuration.intermediateSize)
    output = BERTOutput(configuration, inputs: configuration.intermediateSize)
  }

  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    let attended = attention(x, offsets: offsets, of: wanted, &context)  // [t or n, d]
    let transformed = attended.feedForward(
      input: intermediate.dense.map, output: output.dense.map, activation: configuration.activation,
      keepsPreActivation: context.keepsPreActivation(offsets: offsets))
    return output.layerNorm(
      transformed, residual: attended, dropout: context.dropout(rate: configuration.hiddenDropout))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("attention", &attention)
    visitor.visit("intermediate", &intermediate)
    visitor.visit("output", &output)
  }
}

/// Self-attention with its output projection.
struct BERTAttention: Module {
  var selfAttention: BERTSelfAttention
  var output: BERTOutput
  let configuration: BERTConfiguration

  init(_ configuration: BERTConfiguration) {
    self.configuration = configuration
    selfAttention = BERTSelfAttention(configuration)
    output = BERTOutput(configuration, inputs: configuration.hiddenSize)
  }

  /// - Parameter wanted: the tokens to compute; every token is still attended to.
  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    let (residual, attended): (Tensor, Tensor)  // [t or n, d]
    switch wanted {
    case .all: (residual, attended) = (x, selfAttention(x, offsets: offsets, &context))
    case .oneEach(let tokens):
      residual = x.gatherRows(tokens)
      attended = selfAttention(from: residual, at: tokens, to: x, offsets: offsets, &context)
    }
    return output.layerNorm(
      output.dense(attended), residual: residual, dropout: context.dropout(rate: configuration.hiddenDropout))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("self", &selfAttention)
    visitor.visit("output", &output)
  }
}

/// Self-attention without its output projection.
struct BERTSelfAttention: Module {
  var query: Linear
  var key: Linear
  var value: Linear
  let configuration: BERTConfiguration

  init(_ configuration: BERTConfiguration) {
    self.configuration = configuration
    query = Linear(inputs: configuration.hiddenSize, outputs: configuration.hiddenSize)
    key = query
    value = query
  }

  func callAsFunction(_ x: Tensor, offsets: [Int], _ context: inout ForwardContext) -> Tensor {
    let projections = x.linearSideBySide([query.map, key.map, value.map])  // [t, 3 d]
    return projections.selfAttention(
      offsets: offsets, pattern: AttentionPattern(heads: configuration.headCount),
      dropout: context.dropout(rate: configuration.attentionDropout))
  }

  /// The attention of one token of each sequence to all its tokens.
  ///
  /// - Parameter tokens: the tokens' indices in the batch.
  func callAsFunction(
    from states: Tensor, at tokens: [Int], to x: Tensor, offsets: [Int], _ context: inout ForwardContext
  ) -> Tensor {
    let keysAndValues = x.linearSideBySide([key.map, value.map])  // [t, 2 d]
    return query(states).singleQueryAttention(
      to: keysAndValues, offsets: offsets, queries: zip(tokens, offsets).map { $0 - $1 },
      pattern: AttentionPattern(heads: configuration.headCount),
      dropout: context.dropout(rate: configuration.attentionDropout))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("query", &query)
    visitor.visit("key", &key)
    visitor.visit("value", &value)
  }
}

/// A dense layer and the normalization after it.
struct BERTOutput: Module {
  var dense: Linear
  var layerNorm: LayerNorm

  init(_ configuration: BERTConfiguration, inputs: Int) {
    dense = Linear(inputs: inputs, outputs: configuration.hiddenSize)
    layerNorm = LayerNorm(width: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("dense", &dense)
    visitor.visit("LayerNorm", &layerNorm)
  }
}

/// A dense layer under the name `dense`.
struct BERTDense: Module {
  var dense: Linear

  init(inputs: Int, outputs: Int) { dense = Linear(inputs: inputs, outputs: outputs) }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("dense", &dense) }
}
