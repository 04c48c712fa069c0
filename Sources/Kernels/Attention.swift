/// Self-attention of ragged sequences: every token sees tokens of its own sequence only.
///
///     O = dropout(softmax(Q Kᵀ / √d + B)) V        per sequence and head
///
/// A window leaves each token those at most so far away. A rotation turns queries and keys to their positions in the
/// sequence as they are copied into scratch, and their gradients back. A bias B is added by relative position.
///
/// The forward pass keeps the log-sum-exp of each row of scores; the reverse pass recomputes the probabilities from it
/// in tiles, so memory grows with the tokens, not with their square (Dao et al. 2022, arXiv:2205.14135).
///
/// - Shape: projections `[tokens, 3 · heads · d]` (queries, keys, values side by side) → `[tokens, heads · d]`
package struct AttentionKernel {
  /// First token of each sequence, and the number of tokens at the end.
  let offsets: [Int]
  let heads: Int
  let headWidth: Int
  let window: Int?
  let rotation: Rotation?
  let bias: ScoreBias?
  let mask: DropoutMask?

  /// Makes the kernel for a batch of sequences.
  ///
  /// - Parameter window: the tokens on each side that a token sees; nil for the whole sequence.
  package init(
    offsets: [Int], heads: Int, headWidth: Int, window: Int? = nil, rotation: Rotation? = nil, bias: ScoreBias? = nil,
    mask: DropoutMask?
  ) {
    checkOffsets(offsets, of: "attention")
    let longest = zip(offsets.dropFirst(), offsets).map { $0 - $1 }.max() ?? 0
    require(window ?? 0 >= 0, "attention: a window of \(window ?? 0) tokens")
    if let rotation {
      require(
        rotation.width == headWidth && rotation.positions >= longest,
        "attention: the rotation has \(rotation.positions) positions of width \(rotation.width), "
          + "needed are \(longest) of width \(headWidth)")
    }
    self.offsets = offsets
    self.heads = heads
    self.headWidth = headWidth
    self.window = window
    self.rotation = rotation
    self.bias = bias
    self.mask = mask
  }

  var tokens: Int { offsets.last ?? 0 }
  var width: Int { heads * headWidth }
  var sequences: Int { offsets.count - 1 }
  var scale: Float { 1 / Float(headWidth).squareRoot() }

  /// The forward pass: the outputs, and the log-sum-exp `[heads, tokens]` if the reverse pass needs it.
  package func forward(
    _ projections: FloatBuffer, keepingLogSumExp: Bool
  ) -> (output: FloatBuffer, logSumExp: FloatBuffer?) {
    let output = FloatBuffer(uninitialized: tokens * width)
    let logSumExp = keepingLogSumExp ? FloatBuffer(uninitialized: tokens * heads) : nil
    parallelFor(sequences * heads) { task in
      forwardHead(AttentionHead(self, task), projections.base, output.base, logSumExp?.base, before: upcoming(task))
    }
    return (output, logSumExp)
  }

  /// The reverse pass: the gradients of the projections and, if wanted, of the bias's table.
  package func backward(
    _ outputGradient: FloatBuffer, projections: FloatBuffer, output: FloatBuffer, logSumExp: FloatBuffer,
    wantsBias: Bool = false
  ) -> (projections: FloatBuffer, bias: FloatBuffer?) {
    let gradient = FloatBuffer(uninitialized: tokens * 3 * width)
    let bias = wantsBias ? self.bias : nil
    let rows = bias?.rows ?? 0
    let sums = bias.map { _ in FloatBuffer(repeating: 0, count: sequences * heads * rows) }
    let known = BackwardInputs(
      outputGradient: outputGradient.base, projections: projections.base, output: output.base, logSumExp: logSumExp.base
    )
    parallelFor(sequences * heads) { task in
      backwardHead(
        AttentionHead(self, task), known, gradient.base, biasSums: sums.map { $0.base + task * rows },
        before: upcoming(task))
    }
    return (
      gradient,
      bias.flatMap { bias in
        sums.map { bias.gradient(from: $0, sequences: sequences) { ($0 * heads + $2) * rows + $1 } }
      }
    )
  }

  /// The head that a task's thread is likely to process next: tasks are handed out in order.
  private func upcoming(_ task: Int) -> AttentionHead? {
    let next = task + Threads.count
    return next < sequences * heads ? AttentionHead(self, next) : nil
  }
}
