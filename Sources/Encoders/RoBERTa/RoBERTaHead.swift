import Layers
import Tensors

/// A dense layer over the first token, and a classifier of one label or several, each behind dropout.
///
///     logits = W_o dropout(f(W_d dropout(h_<s>) + b_d)) + b_o        f = tanh, in ELECTRA gelu
///
/// Ports `RobertaClassificationHead` of transformers v5.24 src/transformers/models/roberta/modeling_roberta.py, which
/// MPNet has too, and `ElectraClassificationHead` of src/transformers/models/electra/modeling_electra.py.
struct RoBERTaHead: ScoringHead {
  var dense: Linear
  var output: Linear
  /// Dropout in front of both maps, in training.
  let dropoutRate: Float
  /// The function between the two maps.
  let activation: @Sendable (Tensor) -> Tensor

  /// Makes a head of zeros, to be loaded or drawn.
  init(
    width: Int, labels: Int, dropoutRate: Float, activation: @escaping @Sendable (Tensor) -> Tensor = { $0.tanh() }
  ) {
    dense = Linear(inputs: width, outputs: width)
    output = Linear(inputs: width, outputs: labels)
    self.dropoutRate = dropoutRate
    self.activation = activation
  }

  func wantedTokens(of batch: TokenBatch) -> WantedTokens { .oneEach(batch.firstTokens) }

  func callAsFunction(_ states: Tensor, _ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor {
    let hidden = activation(dense(states.dropout(context.dropout(rate: dropoutRate))))  // [pairs, width]
    return output(hidden.dropout(context.dropout(rate: dropoutRate)))
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("classifier.dense", &dense)
    visitor.visit("classifier.out_proj", &output)
  }
}
