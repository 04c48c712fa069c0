import Kernels
public import Layers
public import Tensors

/// From the hidden states of pairs to a logit for each label, as a family's checkpoints have it.
///
/// It is visited beside the encoder, so it shows its parameters under their whole keys.
public protocol ScoringHead: Module {
  /// The tokens whose hidden states the head reads.
  func wantedTokens(of batch: TokenBatch) -> WantedTokens

  /// The logits.
  ///
  /// - Shape: states of the wanted tokens, as a transformer gives them → `[pairs, labels]`
  func callAsFunction(_ states: Tensor, _ batch: TokenBatch, _ context: inout ForwardContext) -> Tensor
}

extension ScoringHead {
  /// Draws the weights of all linear maps from a normal distribution with mean 0; biases stay as they are.
  ///
  /// Each has a key of its own, so that none depends on whether another is loaded afterwards.
  mutating func draw(deviation: Float, seed: UInt64) {
    // "head": steps of a training run hash the same seed with their numbers.
    let headKey = mixed(seed, 0x6865_6164)
    var index: UInt64 = 0
    updateParameters { _, parameter in
      guard parameter.shape.rank == 2 else { return }
      parameter = Tensor(normalWithDeviation: deviation, shape: parameter.shape, key: mixed(headKey, index))
      index += 1
    }
  }
}
