import Layers
import Tensors

/// A pooler over the first token, dropout, and a classifier of one label or several.
///
///     logits = W_c dropout(tanh(W_p h_[CLS] + b_p)) + b_c
///
/// Ports `BertForSequenceClassification` of transformers v4.57 src/transformers/models/bert/modeling_bert.py; the heads of
/// NomicBERT and GTE are the same.
struct PoolerHead: ScoringHead {
  var pooler: Pooler
  var classifier: Linear
  /// Dropout in front of the classifier, in training.
  let dropoutRate: Float
  /// The name of the encoder, of which the pooler is a part in checkpoints.
  private let encoder: String

  /// Makes a head of zeros, to be loaded or drawn.
  init(encoder: String, width: Int, labels: Int, dropoutRate: Float) {
    pooler = Pooler(width: width)
    classifier = Linear(inputs: width, outputs: labels)
    self.dropoutRate = dropoutRate
    self.encoder = encoder
  }

  func wantedTokens(of batch: TokenBatch) -> WantedTokens { .oneEach(batch.firstTokens) }

  func callAsFunction(_ states: Tensor, _ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    classifier(pooler(states).dropout(context.dropout(rate: dropoutRate)))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("\(encoder).pooler", &pooler)
    visitor.visit("classifier", &classifier)
  }
}

/// The dense layer over the first token, with tanh.
struct Pooler: Module {
  var dense: Linear

  init(width: Int) { dense = Linear(inputs: width, outputs: width) }

  /// - Shape: `[n, d]` → the same
  func callAsFunction(_ firstTokens: Tensor) -> Tensor { dense(firstTokens).tanh() }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("dense", &dense) }
}
