import Kernels
public import Layers
public import Tensors

// The struct tree is the checkpoint's tree, so the dotted path of a property is its key.
// Ports transformers v5.24 src/transformers/models/jina_embeddings_v3/modeling_jina_embeddings_v3.py, with the names
// and the packed map of its checkpoints.
//
// t tokens of all sequences · n sequences · d width of the hidden states

/// The encoder of jina-embeddings-v3: token ids to one hidden state per token.
///
/// XLM-RoBERTa with rotary positions in place of a table.
///
/// Sturua et al. 2024, arXiv:2409.10173.
public struct JinaEmbeddingsModel: Transformer {
  /// The shape of the model.
  public let configuration: JinaEmbeddingsConfiguration
  var embeddings: JinaEmbeddingsEmbeddings
  var embLN: LayerNorm
  var encoder: JinaEmbeddingsEncoder

  /// Makes a model of zeros, to be loaded.
  init(_ configuration: JinaEmbeddingsConfiguration) {
    self.configuration = configuration
    embeddings = JinaEmbeddingsEmbeddings(configuration)
    embLN = LayerNorm(width: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
    encoder = JinaEmbeddingsEncoder(configuration)
  }

  /// The hidden states of a batch.
  ///
  /// For `.oneEach` the last layer computes only the wanted tokens, which need only the keys and values of the others.
  ///
  /// - Shape: → `[t, d]`, or `[n, d]` for `.oneEach`
  public func callAsFunction(_ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext) -> Tensor {
    let embedded = embLN(embeddings(batch)).dropout(context.dropout(rate: configuration.hiddenDropout))
    return encoder(embedded, offsets: batch.offsets, of: wanted, &context)
  }

  /// Shows the parameters in the checkpoint's order.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("embeddings", &embeddings)
    visitor.visit("emb_ln", &embLN)
    visitor.visit("encoder", &encoder)
  }
}

/// Words and token types, summed; the word embedding of the padding token is not trained.
struct JinaEmbeddingsEmbeddings: Module {
  var wordEmbeddings: Embedding
  var tokenTypeEmbeddings: Embedding
  let padding: Int32

  init(_ configuration: JinaEmbeddingsConfiguration) {
    wordEmbeddings = Embedding(rows: configuration.vocabularySize, width: configuration.hiddenSize)
    tokenTypeEmbeddings = Embedding(rows: configuration.typeCount, width: configuration.hiddenSize)
    padding = Int32(configuration.paddingID)
  }

  func callAsFunction(_ batch: TokenBatch) -> Tensor {
    Tensor.embeddingSum(
      [(wordEmbeddings.weight, batch.ids), (tokenTypeEmbeddings.weight, batch.typeIDs)], paddingRows: [padding, nil])
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("word_embeddings", &wordEmbeddings)
    visitor.visit("token_type_embeddings", &tokenTypeEmbeddings)
  }
}

/// The layers, one after the other.
struct JinaEmbeddingsEncoder: Module {
  var layers: [JinaEmbeddingsLayer]

  init(_ configuration: JinaEmbeddingsConfiguration) {
    let table = configuration.rotary.table(width: configuration.headWidth, positions: configuration.maximumPositions)
    let pattern = AttentionPattern(heads: configuration.headCount, rotary: table)
    layers = (0..<configuration.layerCount).map { _ in JinaEmbeddingsLayer(configuration, pattern: pattern) }
  }

  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    layers.applied(to: x, &context) { [last = layers.count - 1] layer, index, hiddenStates, _, context in
      layer(hiddenStates, offsets: offsets, of: index == last ? wanted : .all, &context)
    }
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("layers", &layers) }
}

/// One layer: attention, then the feed-forward block, each added to its input and normalized.
struct JinaEmbeddingsLayer: Module {
  var mixer: JinaEmbeddingsAttention
  var norm1: LayerNorm
  var mlp: JinaEmbeddingsMLP
  var norm2: LayerNorm
  let dropoutRate: Float

  init(_ configuration: JinaEmbeddingsConfiguration, pattern: AttentionPattern) {
    mixer = JinaEmbeddingsAttention(configuration, pattern: pattern)
    norm1 = LayerNorm(width: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
    mlp = JinaEmbeddingsMLP(configuration)
    norm2 = norm1
    dropoutRate = configuration.hiddenDropout
  }

  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    let output = mixer(x, offsets: offsets, of: wanted, &context)  // [t or n, d]
    let attended = norm1(output, residual: x.rows(of: wanted), dropout: context.dropout(rate: dropoutRate))
    let transformed = mlp(attended, offsets: offsets, &context)
    return norm2(transformed, residual: attended, dropout: context.dropout(rate: dropoutRate))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("mixer", &mixer)
    visitor.visit("norm1", &norm1)
    visitor.visit("mlp", &mlp)
    visitor.visit("norm2", &norm2)
  }
}

/// Self-attention with its output projection.
struct JinaEmbeddingsAttention: Module {
  var wqkv: Linear
  var outProj: Linear
  let pattern: AttentionPattern
  let dropoutRate: Float

  init(_ configuration: JinaEmbeddingsConfiguration, pattern: AttentionPattern) {
    wqkv = Linear(inputs: configuration.hiddenSize, outputs: 3 * configuration.hiddenSize)
    outProj = Linear(inputs: configuration.hiddenSize, outputs: configuration.hiddenSize)
    self.pattern = pattern
    dropoutRate = configuration.attentionDropout
  }

  /// - Parameter wanted: the tokens to compute; every token is still attended to.
  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    outProj(
      x.selfAttention(
        packed: wqkv.map, offsets: offsets, of: wanted, pattern: pattern,
        dropout: context.dropout(rate: dropoutRate)))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("Wqkv", &wqkv)
    visitor.visit("out_proj", &outProj)
  }
}

/// The feed-forward block.
struct JinaEmbeddingsMLP: Module {
  var fc1: Linear
  var fc2: Linear
  let activation: Activation

  init(_ configuration: JinaEmbeddingsConfiguration) {
    fc1 = Linear(inputs: configuration.hiddenSize, outputs: configuration.intermediateSize)
    fc2 = Linear(inputs: configuration.intermediateSize, outputs: configuration.hiddenSize)
    activation = configuration.activation
  }

  func callAsFunction(_ x: Tensor, offsets: [Int], _ context: inout ForwardContext) -> Tensor {
    x.feedForward(
      input: fc1.map, output: fc2.map, activation: activation,
      keepsPreActivation: context.keepsPreActivation(offsets: offsets))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("fc1", &fc1)
    visitor.visit("fc2", &fc2)
  }
}
