import Kernels
public import Layers
public import Tensors

// The struct tree is the checkpoint's tree, so the dotted path of a property is its key.
// Ports transformers v5.24 src/transformers/models/nomic_bert/modeling_nomic_bert.py, with the names and the packed map
// of the authors' checkpoints.
//
// t tokens of all sequences · n sequences · d width of the hidden states

/// A NomicBERT encoder: token ids to one hidden state per token.
///
/// Nussbaum, Morris, Duderstadt & Mulyar 2024, arXiv:2402.01613.
public struct NomicBERTModel: Transformer {
  /// The shape of the model.
  public let configuration: NomicBERTConfiguration
  var embeddings: NomicBERTEmbeddings
  var embLN: LayerNorm
  var encoder: NomicBERTEncoder

  /// Makes a model of zeros, to be loaded.
  init(_ configuration: NomicBERTConfiguration) {
    self.configuration = configuration
    embeddings = NomicBERTEmbeddings(configuration)
    embLN = LayerNorm(width: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
    encoder = NomicBERTEncoder(configuration)
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

/// Words and token types, summed.
///
/// The row of the padding token in the table of words is not trained.
struct NomicBERTEmbeddings: Module {
  var wordEmbeddings: Embedding
  var tokenTypeEmbeddings: Embedding
  let padding: Int32?

  init(_ configuration: NomicBERTConfiguration) {
    padding = configuration.paddingRow
    wordEmbeddings = Embedding(rows: configuration.vocabularySize, width: configuration.hiddenSize)
    tokenTypeEmbeddings = Embedding(rows: configuration.typeCount, width: configuration.hiddenSize)
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
struct NomicBERTEncoder: Module {
  var layers: [NomicBERTLayer]

  init(_ configuration: NomicBERTConfiguration) {
    let table = configuration.rotary.table(width: configuration.headWidth, positions: configuration.maximumPositions)
    let pattern = AttentionPattern(heads: configuration.headCount, rotary: table)
    layers = (0..<configuration.layerCount).map { _ in NomicBERTLayer(configuration, pattern: pattern) }
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
struct NomicBERTLayer: Module {
  var attn: NomicBERTAttention
  var mlp: NomicBERTMLP
  var norm1: LayerNorm
  var norm2: LayerNorm
  let dropoutRate: Float

  init(_ configuration: NomicBERTConfiguration, pattern: AttentionPattern) {
    attn = NomicBERTAttention(configuration, pattern: pattern)
    mlp = NomicBERTMLP(configuration)
    norm1 = LayerNorm(width: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
    norm2 = norm1
    dropoutRate = configuration.hiddenDropout
  }

  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    let output = attn(x, offsets: offsets, of: wanted, &context)  // [t or n, d]
    let attended = norm1(output, residual: x.rows(of: wanted), dropout: context.dropout(rate: dropoutRate))
    let transformed = mlp(attended, offsets: offsets, &context)
    return norm2(transformed, residual: attended, dropout: context.dropout(rate: dropoutRate))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("attn", &attn)
    visitor.visit("mlp", &mlp)
    visitor.visit("norm1", &norm1)
    visitor.visit("norm2", &norm2)
  }
}

/// Self-attention with its output projection.
struct NomicBERTAttention: Module {
  var wqkv: Linear
  var outProj: Linear
  let pattern: AttentionPattern
  let dropoutRate: Float

  init(_ configuration: NomicBERTConfiguration, pattern: AttentionPattern) {
    let width = configuration.hiddenSize
    wqkv = Linear(inputs: width, outputs: 3 * width, hasBias: false)
    outProj = Linear(inputs: width, outputs: width, hasBias: false)
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

/// The gated feed-forward block; `fc12` gives the gate.
struct NomicBERTMLP: Module {
  var fc11: Linear
  var fc12: Linear
  var fc2: Linear
  let activation: Activation

  init(_ configuration: NomicBERTConfiguration) {
    let (width, inner) = (configuration.hiddenSize, configuration.intermediateSize)
    fc11 = Linear(inputs: width, outputs: inner, hasBias: false)
    fc12 = fc11
    fc2 = Linear(inputs: inner, outputs: width, hasBias: false)
    activation = configuration.activation
  }

  func callAsFunction(_ x: Tensor, offsets: [Int], _ context: inout ForwardContext) -> Tensor {
    x.gatedFeedForward(
      input: .separate(gate: fc12.map, up: fc11.map), output: fc2.map, activation: activation,
      keepsPreActivation: context.keepsPreActivation(offsets: offsets))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("fc11", &fc11)
    visitor.visit("fc12", &fc12)
    visitor.visit("fc2", &fc2)
  }
}
