public import Kernels

extension Tensor {
  /// The feed-forward block of a transformer layer; keeps the pre-activation only.
  ///
  ///     y = f(x W₁ᵀ + b₁) W₂ᵀ + b₂
  ///
  /// - Shape: x `[rows, width]`, W₁ `[inner, width]`, b₁ `[inner]`, W₂ `[width, inner]`, b₂ `[width]` → `[rows, width]`
  public func feedForward(
    inputWeight: Tensor, inputBias: Tensor, outputWeight: Tensor, outputBias: Tensor, activation: Activation
  ) -> Tensor {
    Tensor.record(.feedForward, [self, inputWeight, inputBias, outputWeight, outputBias]) { inputs, isRecorded in
      let x = inputs[0]
      let kernel = FeedForwardKernel(
        inputWeight: inputs[1].matrix, inputBias: inputs[2].buffer, outputWeight: inputs[3].matrix,
        outputBias: inputs[4].buffer, activation: activation)
      let (y, preActivation) = kernel.forward(x.matrix, keepingPreActivation: isRecorded)
      return (
        Tensor(y, shape: [x.shape[0], inputs[3].shape[0]]),
        { dy, _ in
          guard let preActivation else { fatalError("feedForward: recorded without its pre-activation") }
          let gradients = kernel.backward(dy.matrix, x: x.matrix, preActivation: preActivation)
          return [
            Tensor(gradients.x, shape: x.shape), Tensor(gradients.inputWeight, shape: inputs[1].shape),
            Tensor(gradients.inputBias, shape: inputs[2].shape), Tensor(gradients.outputWeight, shape: inputs[3].shape),
            Tensor(gradients.outputBias, shape: inputs[4].shape),
          ]
        }
      )
    }
  }

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

  /// Attention of one query a sequence to all of its tokens, as in a last layer of which one token each is wanted.
  ///
  ///     o = dropout(softmax(q Kᵀ / √d)) V        per sequence and head
  ///
  /// What ``selfAttention(offsets:heads:dropout:)`` computes in the row of that query, with the dropout of the sequence's first
  /// row.
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

  /// The sum of one row of each table: words, positions and token types of a BERT input.
  ///
  /// - Shape: tables `[·, width]`, indices `[tokens]` each → `[tokens, width]`
  public static func embeddingSum(_ lookups: [(table: Tensor, indices: [Int32])]) -> Tensor {
    require(
      !lookups.isEmpty
        && lookups.allSatisfy { $0.table.shape.rank == 2 && $0.table.shape.width == lookups[0].table.shape.width },
      "embeddingSum: the tables \(lookups.map(\.table.shape)) are not matrices of one width")
    let indices = lookups.map(\.indices)
    return record(.embeddingSum, lookups.map(\.table)) { tables, _ in
      let width = tables[0].shape[1]
      let y = Kernels.embeddingSum(zip(tables, indices).map { ($0.buffer, $1) }, width: width)
      let shapes = tables.map(\.shape)
      return (
        Tensor(y, shape: [indices[0].count, width]),
        { dy, needed in
          shapes.indices.map { table in
            needed[table]
              ? Tensor(
                scatterAddRows(dy.buffer, indices: indices[table], rows: shapes[table][0], width: width),
                shape: shapes[table])
              : nil
          }
        }
      )
    }
  }
}
