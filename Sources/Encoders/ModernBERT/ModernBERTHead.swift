import Kernels
import Layers
import Tensors

/// The pooled state through a dense layer, normalized, and a classifier of one label or several.
///
///     logits = W_c dropout(norm(f(W_d h))) + b_c        with h the first token, or the mean over the tokens
///
/// Ports `ModernBertForSequenceClassification` of transformers v5.24
/// src/transformers/models/modernbert/modeling_modernbert.py.
struct ModernBERTHead: ScoringHead {
  /// The reduction of a pair's hidden states to one vector.
  enum Pooling { case cls, mean }

  var head: ModernBERTPredictionHead
  var classifier: Linear
  let pooling: Pooling
  /// Dropout in front of the classifier, in training.
  let dropoutRate: Float

  /// Makes a head of zeros, to be loaded or drawn.
  init(
    _ configuration: ModernBERTConfiguration, labels: Int, pooling: Pooling, activation: Activation, hasBias: Bool,
    dropoutRate: Float
  ) {
    head = ModernBERTPredictionHead(configuration, activation: activation, hasBias: hasBias)
    classifier = Linear(inputs: configuration.hiddenSize, outputs: labels)
    self.pooling = pooling
    self.dropoutRate = dropoutRate
  }

  func wantedTokens(of batch: TokenBatch) -> WantedTokens { pooling == .cls ? .oneEach(batch.firstTokens) : .all }

  func callAsFunction(_ states: Tensor, _ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    let pooled = pooling == .cls ? states : Encoders.Pooling.mean(states, batch)  // [pairs, width]
    return classifier(head(pooled).dropout(context.dropout(rate: dropoutRate)))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("head", &head)
    visitor.visit("classifier", &classifier)
  }
}

/// The dense layer in front of the classifier, with its activation and normalization.
struct ModernBERTPredictionHead: Module {
  var dense: Linear
  var norm: LayerNorm
  let activation: Activation

  init(_ configuration: ModernBERTConfiguration, activation: Activation, hasBias: Bool) {
    dense = Linear(inputs: configuration.hiddenSize, outputs: configuration.hiddenSize, hasBias: hasBias)
    norm = LayerNorm(
      width: configuration.hiddenSize, epsilon: configuration.normEpsilon, hasBias: configuration.normHasBias)
    self.activation = activation
  }

  /// - Shape: `[n, d]` → the same
  func callAsFunction(_ pooled: Tensor) -> Tensor { norm(dense(pooled).activated(by: activation)) }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("dense", &dense)
    visitor.visit("norm", &norm)
  }
}
