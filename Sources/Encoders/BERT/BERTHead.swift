import Layers
import Tensors

/// BERT's pooler over the first token, dropout, and a classifier of one label or several.
///
///     logits = W_c dropout(tanh(W_p h_[CLS] + b_p)) + b_c
///
/// Ports `BertForSequenceClassification` of transformers v4.57 src/transformers/models/bert/modeling_bert.py.
struct BERTHead: ScoringHead {
  var pooler: BERTPooler
  var classifier: Linear
  /// Dropout in front of the classifier, in training.
  let dropoutRate: Float

  /// Makes a head of zeros, to be loaded or drawn.
  init(_ configuration: BERTConfiguration, labels: Int, dropoutRate: Float) {
    pooler = BERTPooler(configuration)
    classifier = Linear(inputs: configuration.hiddenSize, outputs: labels)
    self.dropoutRate = dropoutRate
  }

  func wantedTokens(of batch: TokenBatch) -> WantedTokens { .oneEach(batch.firstTokens) }

  func callAsFunction(_ states: Tensor, _ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    let pooled = pooler(states)  // [pairs, width]
    return classifier(context.dropout(rate: dropoutRate).map { pooled.dropout($0) } ?? pooled)
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("bert.pooler", &pooler)
    visitor.visit("classifier", &classifier)
  }
}

/// The dense layer over the first token, with tanh.
struct BERTPooler: Module {
  var dense: Linear

  init(_ configuration: BERTConfiguration) {
    dense = Linear(inputs: configuration.hiddenSize, outputs: configuration.hiddenSize)
  }

  /// - Shape: `[n, d]` → the same
  func callAsFunction(_ firstTokens: Tensor) -> Tensor { dense(firstTokens).tanh() }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("dense", &dense) }
}
