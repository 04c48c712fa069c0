#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Attention of one query per sequence to all of its tokens, as in a last layer of which only one token per sequence is
// used:
//
//     o = dropout(softmax(q Kᵀ / √d)) V        per sequence and head
//
// It equals self-attention in the row of that query, with the dropout of the sequence's first row. Keys and values are
// read in place, all heads of a token at once: for a single row of scores, packing them would not pay.
//
// Shapes: queries [sequences, heads · d], keys and values side by side [tokens, 2 · heads · d] → [sequences, heads · d]

extension AttentionKernel {
  /// The forward pass of one query per sequence: the outputs, zeros for an empty sequence, and the log-sum-exp
  /// `[sequences, heads]` if the reverse pass needs it.
  package func forward(
    queries: FloatBuffer, keysAndValues: FloatBuffer, keepingLogSumExp: Bool
  ) -> (output: FloatBuffer, logSumExp: FloatBuffer?) {
    let output = FloatBuffer(repeating: 0, count: sequences * width)
    let logSumExp = keepingLogSumExp ? FloatBuffer(repeating: 0, count: sequences * heads) : nil
    parallelFor(sequences) { index in
      let sequence = Tokens(self, index)
      if sequence.count == 0 { return }
      let scratch = FloatBuffer(uninitialized: width + heads * sequence.padded)
      let (query, scores) = (scratch.base, scratch.base + width)
      copyScaled(queries.base + index * width, by: scale, into: query, count: width)
      dots(of: query, with: keysAndValues.base, sequence, into: scores)
      let target = output.base + index * width
      var inverseSums = [Float](repeating: 0, count: heads)
      for head in 0..<heads {
        let (peak, sum) = powersOfRow(
          scores + head * sequence.padded, count: sequence.count, padded: sequence.padded,
          mask: mask?.part(index * heads + head), at: 0)
        inverseSums[head] = 1 / sum
        if let logSumExp { logSumExp.base[index * heads + head] = peak + logf(sum) }
      }
      for token in 0..<sequence.count {
        let values = keysAndValues.base + (sequence.start + token) * 2 * width + width
        for head in 0..<heads {
          add(values + head * headWidth, times: scores[head * sequence.padded + token], to: target + head * headWidth)
        }
      }
      for head in 0..<heads {
        copyScaled(target + head * headWidth, by: inverseSums[head], into: target + head * headWidth, count: headWidth)
      }
    }
    return (output, logSumExp)
  }

  /// The reverse pass of one query per sequence: the gradients of the queries, and of the keys and values.
  package func backward(
    _ outputGradient: FloatBuffer, queries: FloatBuffer, keysAndValues: FloatBuffer, logSumExp: FloatBuffer
  ) -> (queries: FloatBuffer, keysAndValues: FloatBuffer) {
    let dQueries = FloatBuffer(repeating: 0, count: sequences * width)
    let gradient = FloatBuffer(uninitialized: tokens * 2 * width)
    parallelFor(sequences) { index in
      let sequence = Tokens(self, index)
      if sequence.count == 0 { return }
      let scratch = FloatBuffer(uninitialized: width + 2 * heads * sequence.padded)
      let query = scratch.base
      let p = query + width
      let dScores = p + heads * sequence.padded
      copyScaled(queries.base + index * width, by: scale, into: query, count: width)
      let dOutput = outputGradient.base + index * width
      dots(of: query, with: keysAndValues.base, sequence, into: p)
      dots(of: dOutput, with: keysAndValues.base + width, sequence, into: dScores)
      for head in 0..<heads {
        scoreGradientRow(
          p + head * sequence.padded, dScores + head * sequence.padded, count: sequence.count,
          padded: sequence.padded, logSumExp: logSumExp.base[index * heads + head],
          mask: mask?.part(index * heads + head), at: 0)
      }
      let dQuery = dQueries.base + index * width
      for token in 0..<sequence.count {
        let keys = keysAndValues.base + (sequence.start + token) * 2 * width
        let target = gradient.base + (sequence.start + token) * 2 * width
        for head in 0..<heads {
          let (cell, column) = (head * sequence.padded + token, head * headWidth)
          let (dScore, probability) = (dScores[cell], p[cell])
          add(keys + column, times: dScore, to: dQuery + column)
          copyScaled(query + column, by: dScore, into: target + column, count: headWidth)
          copyScaled(dOutput + column, by: probability, into: target + width + column, count: headWidth)
        }
      }
      copyScaled(dQuery, by: scale, into: dQuery, count: width)
    }
    return (dQueries, gradient)
  }

  /// The tokens of one sequence: the index of the first, their number, and that number rounded up to whole lanes.
  private struct Tokens {
    let start: Int
    let count: Int
    let padded: Int

    init(_ kernel: AttentionKernel, _ index: Int) {
      start = kernel.offsets[index]
      count = kernel.offsets[index + 1] - start
      padded = (count + laneCount - 1) / laneCount * laneCount
    }
  }

  /// The products of a row with that of each token, head by head: `[heads, padded]`, zeros after the last token.
  @inline(__always)
  private func dots(
    of row: UnsafePointer<Float>, with keysOrValues: UnsafePointer<Float>, _ sequence: Tokens,
    into target: UnsafeMutablePointer<Float>
  ) {
    for token in 0..<sequence.count {
      let other = keysOrValues + (sequence.start + token) * 2 * width
      for head in 0..<heads {
        let column = head * headWidth
        target[head * sequence.padded + token] = dot(row + column, other + column)
      }
    }
    for head in 0..<heads {
      for token in sequence.count..<sequence.padded { target[head * sequence.padded + token] = 0 }
    }
  }

  @inline(__always)
  private func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) -> Float {
    var total = Lanes()
    forEachLanes(headWidth) {
      total = multiplyAdd(load(a + $0), load(b + $0), total)
    } rest: {
      total = multiplyAdd(load(a + $0, count: $1), load(b + $0, count: $1), total)
    }
    return sum(total)
  }

  @inline(__always)
  private func add(_ row: UnsafePointer<Float>, times factor: Float, to target: UnsafeMutablePointer<Float>) {
    let factor = Lanes(repeating: factor)
    mapLanes(row, target, target, headWidth) { multiplyAdd($0, factor, $1) }
  }
}
