public import Layers
public import Tensors

// The struct tree is the checkpoint's tree, so the dotted path of a property is its key.
// Ports transformers v5.24 src/transformers/models/gte/modeling_gte.py, with the names and the packed maps of the
// authors' checkpoints.
//
// t tokens of all sequences · n sequences · d width of the hidden states

/// A GTE encoder: token ids to one hidden state per token.
///
/// Zhang et al. 2024, arXiv:2407.19669.
public struct GTEModel: Transformer {
  /// The shape of the model.
  public let configuration: GTEConfiguration
  var embeddings: GTEEmbeddings
  var encoder: GTEEncoder

  /// Makes a model of zeros, to be loaded.
  init(_ configuration: GTEConfiguration) {
    self.configuration = configuration
    embeddings = GTEEmbeddings(configuration)
    encoder = GTEEncoder(configuration)
  }

  /// The hidden states of a batch.
  ///
  /// For `.oneEach` the last layer computes only the wanted tokens, which need only the keys and values of the others.
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

/// Words and token types, if there are any, summed and normalized.
///
/// The row of the padding token in the table of words is not trained.
struct GTEEmbeddings: Module {
  var wordEmbeddings: Embedding
  var tokenTypeEmbeddings: Embedding?
  var layerNorm: LayerNorm
  let configuration: GTEConfiguration

  init(_ configuration: GTEConfiguration) {
    wordEmbeddings = Embedding(rows: configuration.vocabularySize, width: configuration.hiddenSize)
    tokenTypeEmbeddings =
      configuration.typeCount > 0
      ? Embedding(rows: configuration.typeCount, width: configuration.hiddenSize) : nil
    layerNorm = LayerNorm(width: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
    self.configuration = configuration
  }

  func callAsFunction(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    var lookups = [(table: wordEmbeddings.weight, indices: batch.ids)]
    if let tokenTypeEmbeddings {
      let types =
        configuration.typeCount > 1 ? batch.typeIDs : [Int32](repeating: 0, count: batch.tokenCount)
      lookups.append((tokenTypeEmbeddings.weight, types))
    }
    let paddingRows = [configuration.paddingRow] + lookups.dropFirst().map { _ in nil }
    let sum = Tensor.embeddingSum(lookups, paddingRows: paddingRows)
    return layerNorm(sum).dropout(context.dropout(rate: configuration.hiddenDropout))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("word_embeddings", &wordEmbeddings)
    visitor.visit("token_type_embeddings", &tokenTypeEmbeddings)
    visitor.visit("LayerNorm", &layerNorm)
  }
}

/// The layers, one after the other.
struct GTEEncoder: Module {
  var layer: [GTELayer]

  init(_ configuration: GTEConfiguration) {
    let table = configuration.rotary.table(width: configuration.headWidth, positions: configuration.maximumPositions)
    let pattern = AttentionPattern(heads: configuration.headCount, rotary: table)
    layer = (0..<configuration.layerCount).map { _ in GTELayer(configuration, pattern: pattern) }
  }

  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    layer.applied(to: x, &context) { [last = layer.count - 1] layer, index, hiddenStates, _, context in
      layer(hiddenStates, offsets: offsets, of: index == last ? wanted : .all, &context)
    }
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("layer", &layer) }
}

/// One layer: attention, then the feed-forward block, each added to its input and normalized.
struct GTELayer: Module {
  var attention: GTEAttention
  var mlp: GTEMLP
  var attnLN: LayerNorm
  var mlpLN: LayerNorm
  let dropoutRate: Float

  init(_ configuration: GTEConfiguration, pattern: AttentionPattern) {
    attention = GTEAttention(configuration, pattern: pattern)
    mlp = GTEMLP(configuration)
    attnLN = LayerNorm(width: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon)
    mlpLN = attnLN
    dropoutRate = configuration.hiddenDropout
  }

  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    let output = attention(x, offsets: offsets, of: wanted, &context)  // [t or n, d]
    let attended = attnLN(output, residual: x.rows(of: wanted), dropout: context.dropout(rate: dropoutRate))
    let transformed = mlp(attended, offsets: offsets, &context)
    return mlpLN(transformed, residual: attended, dropout: context.dropout(rate: dropoutRate))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("attention", &attention)
    visitor.visit("mlp", &mlp)
    visitor.visit("attn_ln", &attnLN)
    visitor.visit("mlp_ln", &mlpLN)
  }
}

/// Self-attention with its output projection.
struct GTEAttention: Module {
  var qkvProj: Linear
  var oProj: Linear
  let pattern: AttentionPattern
  let dropoutRate: Float

  init(_ configuration: GTEConfiguration, pattern: AttentionPattern) {
    qkvProj = Linear(inputs: configuration.hiddenSize, outputs: 3 * configuration.hiddenSize)
    oProj = Linear(inputs: configuration.hiddenSize, outputs: configuration.hiddenSize)
    self.pattern = pattern
    dropoutRate = configuration.attentionDropout
  }

  /// - Parameter wanted: the tokens to compute; every token is still attended to.
  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    oProj(
      x.selfAttention(
        packed: qkvProj.map, offsets: offsets, of: wanted, pattern: pattern,
        dropout: context.dropout(rate: dropoutRate)))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("qkv_proj", &qkvProj)
    visitor.visit("o_proj", &oProj)
  }
}

/// The gated feed-forward block; the second half of `up_gate_proj` is the gate.
struct GTEMLP: Module {
  var upGateProj: Linear
  var downProj: Linear
  let configuration: GTEConfiguration

  init(_ configuration: GTEConfiguration) {
    let (width, inner) = (configuration.hiddenSize, configuration.intermediateSize)
    upGateProj = Linear(inputs: width, outputs: 2 * inner, hasBias: false)
    downProj = Linear(inputs: inner, outputs: width)
    self.configuration = configuration
  }

  func callAsFunction(_ x: Tensor, offsets: [Int], _ context: inout ForwardContext) -> Tensor {
    x.gatedFeedForward(
      input: .upThenGate(upGateProj.map), output: downProj.map, activation: configuration.activation,
      dropout: context.dropout(rate: configuration.hiddenDropout),
      keepsPreActivation: context.keepsPreActivation(offsets: offsets))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("up_gate_proj", &upGateProj)
    visitor.visit("down_proj", &downProj)
  }
}
