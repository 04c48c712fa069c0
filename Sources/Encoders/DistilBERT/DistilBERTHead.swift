import Layers
import Tensors

/// A dense layer over the first token, dropout, and a classifier of one label or several.
///
///     logits = W_c dropout(relu(W_p h_[CLS] + b_p)) + b_c
///
/// Ports `DistilBertForSequenceClassification` of transformers v5.24
/// src/transformers/models/distilbert/modeling_distilbert.py.
struct DistilBERTHead: ScoringHead {
  var preClassifier: Linear
  var classifier: Linear
  /// Dropout in front of the classifier, in training.
  let dropoutRate: Float

  /// Makes a head of zeros, to be loaded or drawn.
  init(_ configuration: DistilBERTConfiguration, labels: Int, dropoutRate: Float) {
    preClassifier = Linear(inputs: configuration.hiddenSize, outputs: configuration.hiddenSize)
    classifier = Linear(inputs: configuration.hiddenSize, outputs: labels)
    self.dropoutRate = dropoutRate
  }

  func wantedTokens(of batch: TokenBatch) -> WantedTokens { .oneEach(batch.firstTokens) }

  func callAsFunction(_ states: Tensor, _ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    let dense = preClassifier(states).relu()  // [pairs, width]
    return classifier(dense.dropout(context.dropout(rate: dropoutRate)))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("pre_classifier", &preClassifier)
    visitor.visit("classifier", &classifier)
  }
}
