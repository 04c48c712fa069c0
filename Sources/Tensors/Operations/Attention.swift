public import Kernels

extension Tensor {
  /// Self-attention of ragged sequences: every token sees exactly the tokens of its own sequence.
  ///
  ///     O = dropout(softmax(Q Kᵀ / √d)) V        per sequence and head
  ///
  /// Vaswani et al. 2017, arXiv:1706.03762, eq. 1.
  ///
  /// - Shape: queries, keys and values side by side `[tokens, 3 · heads · d]` → `[tokens, heads · d]`
  /// - Parameter offsets: the first token of each sequence, then the number of tokens.
  public func selfAttention(offsets: [Int], heads: Int, dropout: DropoutMask? = nil) -> Tensor {
    require(
      shape.rank == 2 && shape[1] % (3 * heads) == 0 && offsets.last == shape[0],
      "selfAttention: \(shape) for \(heads) heads and \(offsets.last ?? 0) tokens")
    let width = shape[1] / 3
    let kernel = AttentionKernel(offsets: offsets, heads: heads, headWidth: width / heads, mask: dropout)
    return Tensor.record(.attention, [self]) { inputs, isRecorded in
      let projections = inputs[0]
      let (output, logSumExp) = kernel.forward(projections.buffer, keepingLogSumExp: isRecorded)
      return (
        Tensor(output, shape: [projections.shape[0], width]),
        { dy, _ in
          guard let logSumExp else { fatalError("selfAttention: recorded without its log-sum-exp") }
          return [
            Tensor(
              kernel.backward(dy.buffer, projections: projections.buffer, logSumExp: logSumExp),
              shape: projections.shape)
          ]
        }
      )
    }
  }

  /// Attention of one query per sequence to all of its tokens, as in a last layer of which only one token per sequence
  /// is used.
  ///
  ///     o = dropout(softmax(q Kᵀ / √d)) V        per sequence and head
  ///
  /// Equals ``selfAttention(offsets:heads:dropout:)`` in the row of that query, with the dropout of the sequence's
  /// first row.
  ///
  /// - Shape: queries `[sequences, heads · d]`, keys and values side by side `[tokens, 2 · heads · d]`
  ///   → `[sequences, heads · d]`
  /// - Parameter offsets: the first token of each sequence, then the number of tokens.
  public func singleQueryAttention(
    to keysAndValues: Tensor, offsets: [Int], heads: Int, dropout: DropoutMask? = nil
  ) -> Tensor {
    require(
      shape.rank == 2 && keysAndValues.shape == [offsets.last ?? 0, 2 * shape[1]] && shape[1] % heads == 0
        && shape[0] == offsets.count - 1,
      "singleQueryAttention: \(shape) to \(keysAndValues.shape) for \(heads) heads, \(offsets.count - 1) sequences of "
        + "\(offsets.last ?? 0) tokens")
    let kernel = AttentionKernel(offsets: offsets, heads: heads, headWidth: shape[1] / heads, mask: dropout)
    return Tensor.record(.singleQueryAttention, [self, keysAndValues]) { inputs, isRecorded in
      let (queries, keysAndValues) = (inputs[0], inputs[1])
      let (output, logSumExp) = kernel.forward(
        queries: queries.buffer, keysAndValues: keysAndValues.buffer, keepingLogSumExp: isRecorded)
      return (
        Tensor(output, shape: queries.shape),
        { dy, _ in
          guard let logSumExp else { fatalError("singleQueryAttention: recorded without its log-sum-exp") }
          let gradients = kernel.backward(
            dy.buffer, queries: queries.buffer, keysAndValues: keysAndValues.buffer, logSumExp: logSumExp)
          return [
            Tensor(gradients.queries, shape: queries.shape),
            Tensor(gradients.keysAndValues, shape: keysAndValues.shape),
          ]
        }
      )
    }
  }
}
