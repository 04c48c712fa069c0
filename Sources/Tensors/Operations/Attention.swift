public import Kernels

extension Tensor {
  /// Self-attention of ragged sequences: every token sees tokens of its own sequence only.
  ///
  ///     O = dropout(softmax(Q Kᵀ / √d + B)) V        per sequence and head
  ///
  /// Vaswani et al. 2017, arXiv:1706.03762, eq. 1. Memory grows with the tokens, not with their square.
  ///
  /// - Shape: queries, keys and values side by side `[tokens, 3 · heads · d]` → `[tokens, heads · d]`
  /// - Parameters:
  ///   - offsets: the first token of each sequence, then the number of tokens.
  ///   - pattern: the heads, which tokens see each other, and whether queries and keys are turned to their positions.
  ///   - bias: what is added to the scores by relative position.
  public func selfAttention(
    offsets: [Int], pattern: AttentionPattern, bias: RelativeBias? = nil, dropout: DropoutMask? = nil
  ) -> Tensor {
    require(
      shape.rank == 2 && shape[1] % (3 * pattern.heads) == 0 && offsets.last == shape[0],
      "selfAttention: \(shape) for \(pattern.heads) heads and \(offsets.last ?? 0) tokens")
    let width = shape[1] / 3
    return Tensor.record(.attention, [self] + (bias.map { [$0.table] } ?? [])) { inputs, isRecorded in
      let projections = inputs[0]
      let kernel = AttentionKernel(
        offsets: offsets, width: width, pattern: pattern, bias: bias.map { ($0.buckets, inputs[1]) }, mask: dropout)
      let (output, logSumExp) = kernel.forward(projections.buffer, keepingLogSumExp: isRecorded)
      return (
        Tensor(output, shape: [projections.shape[0], width]),
        { dy, needed in
          guard let logSumExp else { fatalError("selfAttention: recorded without its log-sum-exp") }
          let gradients = kernel.backward(
            dy.buffer, projections: projections.buffer, output: output, logSumExp: logSumExp,
            wantsBias: needed.count > 1 && needed[1])
          return [Tensor(gradients.projections, shape: projections.shape)]
            + inputs.dropFirst().map { table in gradients.bias.map { Tensor($0, shape: table.shape) } }
        }
      )
    }
  }

  /// Attention of one query per sequence to the tokens it sees, as in a last layer of which only one token per sequence
  /// is used.
  ///
  ///     o = dropout(softmax(q Kᵀ / √d + b)) V        per sequence and head
  ///
  /// Equals ``selfAttention(offsets:pattern:bias:dropout:)`` in the row of that query.
  ///
  /// - Shape: queries `[sequences, heads · d]`, keys and values side by side `[tokens, 2 · heads · d]`
  ///   → `[sequences, heads · d]`
  /// - Parameters:
  ///   - offsets: the first token of each sequence, then the number of tokens.
  ///   - queries: the index of each query's token in its sequence.
  public func singleQueryAttention(
    to keysAndValues: Tensor, offsets: [Int], queries: [Int], pattern: AttentionPattern, bias: RelativeBias? = nil,
    dropout: DropoutMask? = nil
  ) -> Tensor {
    require(
      shape.rank == 2 && keysAndValues.shape == [offsets.last ?? 0, 2 * shape[1]] && shape[1] % pattern.heads == 0
        && shape[0] == offsets.count - 1,
      "singleQueryAttention: \(shape) to \(keysAndValues.shape) for \(pattern.heads) heads, \(offsets.count - 1) "
        + "sequences of \(offsets.last ?? 0) tokens")
    let width = shape[1]
    let inputs = [self, keysAndValues] + (bias.map { [$0.table] } ?? [])
    return Tensor.record(.singleQueryAttention, inputs) { inputs, isRecorded in
      let (rows, keysAndValues) = (inputs[0], inputs[1])
      let kernel = AttentionKernel(
        offsets: offsets, width: width, pattern: pattern, bias: bias.map { ($0.buckets, inputs[2]) }, mask: dropout)
      let (output, logSumExp) = kernel.forward(
        queries: rows.buffer, at: queries, keysAndValues: keysAndValues.buffer, keepingLogSumExp: isRecorded)
      return (
        Tensor(output, shape: rows.shape),
        { dy, needed in
          guard let logSumExp else { fatalError("singleQueryAttention: recorded without its log-sum-exp") }
          let gradients = kernel.backward(
            dy.buffer, queries: rows.buffer, at: queries, keysAndValues: keysAndValues.buffer, logSumExp: logSumExp,
            wantsBias: needed.count > 2 && needed[2])
          return [
            Tensor(gradients.queries, shape: rows.shape),
            Tensor(gradients.keysAndValues, shape: keysAndValues.shape),
          ] + inputs.dropFirst(2).map { table in gradients.bias.map { Tensor($0, shape: table.shape) } }
        }
      )
    }
  }
}

extension AttentionKernel {
  fileprivate init(
    offsets: [Int], width: Int, pattern: AttentionPattern, bias: (buckets: RelativeBuckets, table: Tensor)?,
    mask: DropoutMask?
  ) {
    if let bias {
      require(
        bias.table.shape[1] == pattern.heads,
        "attention: a bias table \(bias.table.shape) for \(pattern.heads) heads")
    }
    self.init(
      offsets: offsets, heads: pattern.heads, headWidth: width / pattern.heads, window: pattern.window,
      rotation: pattern.rotation,
      bias: bias.map {
        ScoreBias(table: $0.table.buffer, heads: pattern.heads, before: $0.buckets.before, after: $0.buckets.after)
      }, mask: mask)
  }
}
