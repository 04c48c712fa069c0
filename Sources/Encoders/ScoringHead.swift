import Kernels
public import Layers
public import Tensors

/// The head of a family's cross-encoders: maps the hidden states of pairs to a logit for each label.
///
/// It is visited next to the encoder, so it shows its parameters under their full keys.
public protocol ScoringHead: Module {
  /// The tokens whose hidden states the head reads.
  func wantedTokens(of batch: TokenBatch) -> WantedTokens

  /// The logits.
  ///
  /// - Shape: hidden states of the wanted tokens → `[pairs, labels]`
  func callAsFunction(_ states: Tensor, _ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor
}

extension ScoringHead {
  /// Draws the weights of all linear maps from a normal distribution with mean 0; biases stay as they are.
  ///
  /// Each has its own random key, so none depends on which others are loaded afterwards.
  mutating func draw(deviation: Float, seed: UInt64) {
    // "head": training steps hash the same seed with their numbers.
    let headKey = mixed(seed, 0x6865_6164)
    var index: UInt64 = 0
    updateParameters { _, parameter in
      guard parameter.shape.rank == 2 else { return }
      parameter = Tensor(normalWithDeviation: deviation, shape: parameter.shape, key: mixed(headKey, index))
      index += 1
    }
  }
}
