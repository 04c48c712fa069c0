public import Layers
public import Tensors

// The struct tree is the checkpoint's tree, so the dotted path of a property is its key.
// Ports transformers v5.24 src/transformers/models/modernbert/modeling_modernbert.py.
//
// t tokens of all sequences · n sequences · d width of the hidden states

/// A ModernBERT encoder: token ids to one hidden state per token.
///
/// Positions are rotary. Of some layers a token attends to a window around it only, with another base of the angles.
///
/// Warner et al. 2024, arXiv:2412.13663.
public struct ModernBERTModel: Transformer {
  /// The shape of the model.
  public let configuration: ModernBERTConfiguration
  var embeddings: ModernBERTEmbeddings
  var layers: [ModernBERTLayer]
  var finalNorm: LayerNorm

  /// Makes a model of zeros, to be loaded.
  init(_ configuration: ModernBERTConfiguration) {
    self.configuration = configuration
    embeddings = ModernBERTEmbeddings(configuration)
    func pattern(_ rotary: RotarySettings, window: Int?) -> AttentionPattern {
      let table = rotary.table(width: configuration.headWidth, positions: configuration.maximumPositions)
      return AttentionPattern(heads: configuration.headCount, window: window, rotary: table)
    }
    let global = pattern(configuration.globalRotary, window: nil)
    let local = pattern(configuration.localRotary, window: configuration.window)
    layers = configuration.isGlobal.enumerated().map { index, isGlobal in
      ModernBERTLayer(configuration, isFirst: index == 0, pattern: isGlobal ? global : local)
    }
    finalNorm = configuration.makeNorm()
  }

  /// The hidden states of a batch.
  ///
  /// For `.oneEach` the last layer computes only the wanted tokens, which need only the keys and values of the others.
  ///
  /// - Shape: → `[t, d]`, or `[n, d]` for `.oneEach`
  public func callAsFunction(_ batch: TokenBatch, of wanted: WantedTokens, _ context: inout ForwardContext) -> Tensor {
    let embedded = embeddings(batch, &context)
    let states = layers.applied(to: embedded, &context) {
      [last = layers.count - 1] layer, index, hiddenStates, _, context in
      layer(hiddenStates, offsets: batch.offsets, of: index == last ? wanted : .all, &context)
    }
    return finalNorm(states)
  }

  /// Shows the parameters in the checkpoint's order.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("embeddings", &embeddings)
    visitor.visit("layers", &layers)
    visitor.visit("final_norm", &finalNorm)
  }
}

extension ModernBERTConfiguration {
  fileprivate func makeNorm() -> LayerNorm {
    LayerNorm(width: hiddenSize, epsilon: normEpsilon, hasBias: normHasBias)
  }
}

/// Words, normalized.
///
/// The row of the padding token is not trained.
struct ModernBERTEmbeddings: Module {
  var tokEmbeddings: Embedding
  var norm: LayerNorm
  let dropoutRate: Float
  let padding: Int32?

  init(_ configuration: ModernBERTConfiguration) {
    tokEmbeddings = Embedding(rows: configuration.vocabularySize, width: configuration.hiddenSize)
    norm = configuration.makeNorm()
    dropoutRate = configuration.embeddingDropout
    padding = configuration.paddingRow
  }

  func callAsFunction(_ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    norm(Tensor.embeddingSum([(tokEmbeddings.weight, batch.ids)], paddingRows: [padding]))
      .dropout(context.dropout(rate: dropoutRate))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("tok_embeddings", &tokEmbeddings)
    visitor.visit("norm", &norm)
  }
}

/// One layer: attention, then the feed-forward block, each of its normalized input and added to it.
struct ModernBERTLayer: Module {
  /// Nil in the first layer, whose input is normalized already.
  var attnNorm: LayerNorm?
  var attn: ModernBERTAttention
  var mlpNorm: LayerNorm
  var mlp: ModernBERTMLP

  init(_ configuration: ModernBERTConfiguration, isFirst: Bool, pattern: AttentionPattern) {
    attnNorm = isFirst ? nil : configuration.makeNorm()
    attn = ModernBERTAttention(configuration, pattern: pattern)
    mlpNorm = configuration.makeNorm()
    mlp = ModernBERTMLP(configuration)
  }

  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    let update = attn(attnNorm.map { $0(x) } ?? x, offsets: offsets, of: wanted, &context)
    let attended = x.rows(of: wanted) + update  // [t or n, d]
    return attended + mlp(mlpNorm(attended), offsets: offsets, &context)
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("attn_norm", &attnNorm)
    visitor.visit("attn", &attn)
    visitor.visit("mlp_norm", &mlpNorm)
    visitor.visit("mlp", &mlp)
  }
}

/// Self-attention with its output projection.
struct ModernBERTAttention: Module {
  var wqkv: Linear
  var wo: Linear
  let pattern: AttentionPattern
  let dropoutRate: Float

  init(_ configuration: ModernBERTConfiguration, pattern: AttentionPattern) {
    let width = configuration.hiddenSize
    wqkv = Linear(inputs: width, outputs: 3 * width, hasBias: configuration.attentionHasBias)
    wo = Linear(inputs: width, outputs: width, hasBias: configuration.attentionHasBias)
    self.pattern = pattern
    dropoutRate = configuration.attentionDropout
  }

  /// - Parameter wanted: the tokens to compute; every token is still attended to.
  func callAsFunction(
    _ x: Tensor, offsets: [Int], of wanted: WantedTokens, _ context: inout ForwardContext
  ) -> Tensor {
    let attended = x.selfAttention(
      packed: wqkv.map, offsets: offsets, of: wanted, pattern: pattern, dropout: context.dropout(rate: dropoutRate))
    return wo(attended).dropout(context.dropout(rate: dropoutRate))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("Wqkv", &wqkv)
    visitor.visit("Wo", &wo)
  }
}

/// The gated feed-forward block; the first half of `Wi` is the gate.
struct ModernBERTMLP: Module {
  var wi: Linear
  var wo: Linear
  let configuration: ModernBERTConfiguration

  init(_ configuration: ModernBERTConfiguration) {
    let (width, inner) = (configuration.hiddenSize, configuration.intermediateSize)
    wi = Linear(inputs: width, outputs: 2 * inner, hasBias: configuration.feedForwardHasBias)
    wo = Linear(inputs: inner, outputs: width, hasBias: configuration.feedForwardHasBias)
    self.configuration = configuration
  }

  func callAsFunction(_ x: Tensor, offsets: [Int], _ context: inout ForwardContext) -> Tensor {
    x.gatedFeedForward(
      input: .gateThenUp(wi.map), output: wo.map, activation: configuration.activation,
      dropout: context.dropout(rate: configuration.feedForwardDropout),
      keepsPreActivation: context.keepsPreActivation(offsets: offsets))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("Wi", &wi)
    visitor.visit("Wo", &wo)
  }
}
