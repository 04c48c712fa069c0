#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Attention of one query per sequence to the tokens it sees, as in a last layer of which only one token per sequence is
// used:
//
//     o = dropout(softmax(q Kᵀ / √d + b)) V        per sequence and head
//
// It equals self-attention in the row of that query, its dropout included. Keys and values are read in place, all heads
// of a token at once: for a single row of scores, packing them would not pay.
//
// Shapes: queries [sequences, heads · d], keys and values side by side [tokens, 2 · heads · d] → [sequences, heads · d]

extension AttentionKernel {
  /// The forward pass of one query per sequence: the outputs, zeros for an empty sequence, and the log-sum-exp
  /// `[sequences, heads]` if the reverse pass needs it.
  ///
  /// - Parameter positions: the index of each query's token in its sequence.
  package func forward(
    queries: FloatBuffer, at positions: [Int], keysAndValues: FloatBuffer, keepingLogSumExp: Bool
  ) -> (output: FloatBuffer, logSumExp: FloatBuffer?) {
    check(positions)
    let output = FloatBuffer(repeating: 0, count: sequences * width)
    let logSumExp = keepingLogSumExp ? FloatBuffer(repeating: 0, count: sequences * heads) : nil
    parallelFor(sequences) { index in
      let seen = SeenTokens(self, index, query: positions[index])
      if seen.count == 0 { return }
      let scratch = FloatBuffer(uninitialized: 2 * width + heads * seen.padded)
      let (query, key, scores) = (scratch.base, scratch.base + width, scratch.base + 2 * width)
      copy(queries.base + index * width, turnedTo: seen.query, scale: scale, into: query)
      scoreKeys(query, keysAndValues.base, seen, using: key, into: scores)
      let target = output.base + index * width
      var inverseSums = [Float](repeating: 0, count: heads)
      for head in 0..<heads {
        let (peak, sum) = powersOfRow(
          scores + head * seen.padded, seen: 0..<seen.count, padded: seen.padded,
          peakBefore: -Float.greatestFiniteMagnitude, mask: mask?.part(index * heads + head), at: seen.element)
        inverseSums[head] = 1 / sum
        if let logSumExp { logSumExp.base[index * heads + head] = peak + logf(sum) }
      }
      for token in 0..<seen.count {
        let values = keysAndValues.base + (seen.start + token) * 2 * width + width
        for head in 0..<heads {
          add(values + head * headWidth, times: scores[head * seen.padded + token], to: target + head * headWidth)
        }
      }
      for head in 0..<heads {
        copyScaled(target + head * headWidth, by: inverseSums[head], into: target + head * headWidth, count: headWidth)
      }
    }
    return (output, logSumExp)
  }

  /// The reverse pass of one query per sequence: the gradients of the queries, of the keys and values and, if wanted, of
  /// the bias's table.
  package func backward(
    _ outputGradient: FloatBuffer, queries: FloatBuffer, at positions: [Int], keysAndValues: FloatBuffer,
    logSumExp: FloatBuffer, wantsBias: Bool = false
  ) -> (queries: FloatBuffer, keysAndValues: FloatBuffer, bias: FloatBuffer?) {
    check(positions)
    let dQueries = FloatBuffer(repeating: 0, count: sequences * width)
    let gradient = FloatBuffer(uninitialized: tokens * 2 * width)
    let bias = wantsBias ? self.bias : nil
    let rows = bias?.rows ?? 0
    let biasSums = FloatBuffer(repeating: 0, count: sequences * rows * heads)
    parallelFor(sequences) { index in
      let seen = SeenTokens(self, index, query: positions[index])
      clear(gradient.base, outside: seen, of: index)
      if seen.count == 0 { return }
      let scratch = FloatBuffer(uninitialized: 2 * width + 2 * heads * seen.padded)
      let (query, key) = (scratch.base, scratch.base + width)
      let p = key + width
      let dScores = p + heads * seen.padded
      copy(queries.base + index * width, turnedTo: seen.query, scale: scale, into: query)
      let dOutput = outputGradient.base + index * width
      scoreKeys(query, keysAndValues.base, seen, using: key, into: p)
      for token in 0..<seen.count {
        dots(
          of: dOutput, with: keysAndValues.base + (seen.start + token) * 2 * width + width, token, seen, into: dScores)
      }
      clearPadding(dScores, seen)
      for head in 0..<heads {
        scoreGradientRow(
          p + head * seen.padded, dScores + head * seen.padded, seen: 0..<seen.count, padded: seen.padded,
          logSumExp: logSumExp.base[index * heads + head], mean: nil, mask: mask?.part(index * heads + head),
          at: seen.element)
      }
      bias?.sum(
        dScores, stride: seen.padded, count: seen.count, first: seen.first - seen.query,
        into: biasSums.base + index * rows * heads)
      let dQuery = dQueries.base + index * width
      for token in 0..<seen.count {
        let keys = keysAndValues.base + (seen.start + token) * 2 * width
        let target = gradient.base + (seen.start + token) * 2 * width
        let turned = turnedKey(keys, at: seen.first + token, using: key)
        for head in 0..<heads {
          let (cell, column) = (head * seen.padded + token, head * headWidth)
          let (dScore, probability) = (dScores[cell], p[cell])
          add(turned + column, times: dScore, to: dQuery + column)
          copyScaled(dOutput + column, by: probability, into: target + width + column, count: headWidth)
          if let rotation {
            rotation.turnBack(query + column, from: seen.first + token, scale: dScore, into: target + column)
          } else {
            copyScaled(query + column, by: dScore, into: target + column, count: headWidth)
          }
        }
      }
      if let rotation {
        for column in stride(from: 0, to: width, by: headWidth) {
          rotation.turnBack(dQuery + column, from: seen.query, scale: scale, into: dQuery + column)
        }
      } else {
        copyScaled(dQuery, by: scale, into: dQuery, count: width)
      }
    }
    return (
      dQueries, gradient,
      bias.map { $0.gradient(from: biasSums, sequences: sequences) { ($0 * rows + $1) * heads + $2 } }
    )
  }

  private func check(_ positions: [Int]) {
    require(
      positions.count == sequences
        && positions.indices.allSatisfy { index in
          let count = offsets[index + 1] - offsets[index]
          return positions[index] >= 0 && positions[index] < max(1, count)
        }, "attention: queries at \(positions) of sequences from \(offsets)")
  }

  /// The tokens of one sequence that its query sees.
  private struct SeenTokens {
    /// The index of the query's token in the sequence.
    let query: Int
    /// The index of the first seen token in the sequence.
    let first: Int
    /// The index of that token in the batch.
    let start: Int
    /// The seen tokens.
    let count: Int
    /// That number rounded up to whole lanes.
    let padded: Int
    /// The first seen token's element of the sequence's dropout site.
    let element: Int

    init(_ kernel: AttentionKernel, _ index: Int, query: Int) {
      let tokens = kernel.offsets[index + 1] - kernel.offsets[index]
      let seen = kernel.window.map { max(0, query - $0)..<min(tokens, query + $0 + 1) } ?? 0..<tokens
      self.query = query
      first = seen.lowerBound
      start = kernel.offsets[index] + first
      count = seen.count
      padded = roundedToLanes(count)
      element = query * roundedToLanes(tokens) + first
    }
  }

  /// The biased scores of the seen keys, head by head: `[heads, padded]`.
  @inline(__always)
  private func scoreKeys(
    _ query: UnsafePointer<Float>, _ keysAndValues: UnsafePointer<Float>, _ seen: SeenTokens,
    using key: UnsafeMutablePointer<Float>, into scores: UnsafeMutablePointer<Float>
  ) {
    for token in 0..<seen.count {
      let keys = keysAndValues + (seen.start + token) * 2 * width
      dots(of: query, with: turnedKey(keys, at: seen.first + token, using: key), token, seen, into: scores)
    }
    clearPadding(scores, seen)
    bias?.add(to: scores, stride: seen.padded, count: seen.count, first: seen.first - seen.query)
  }

  /// The products of a row with that of a token, head by head.
  @inline(__always)
  private func dots(
    of row: UnsafePointer<Float>, with other: UnsafePointer<Float>, _ token: Int, _ seen: SeenTokens,
    into target: UnsafeMutablePointer<Float>
  ) {
    for head in 0..<heads {
      target[head * seen.padded + token] = dot(row + head * headWidth, other + head * headWidth, headWidth)
    }
  }

  @inline(__always)
  private func clearPadding(_ scores: UnsafeMutablePointer<Float>, _ seen: SeenTokens) {
    for head in 0..<heads {
      for token in seen.count..<seen.padded { scores[head * seen.padded + token] = 0 }
    }
  }

  /// All heads of a query times `scale`, turned to its position.
  @inline(__always)
  private func copy(
    _ source: UnsafePointer<Float>, turnedTo position: Int, scale: Float, into target: UnsafeMutablePointer<Float>
  ) {
    guard let rotation else { return copyScaled(source, by: scale, into: target, count: width) }
    for column in stride(from: 0, to: width, by: headWidth) {
      rotation.turn(source + column, to: position, scale: scale, into: target + column)
    }
  }

  /// All heads of a key, turned to its position in `space`; where nothing turns, in place.
  @inline(__always)
  private func turnedKey(
    _ keys: UnsafePointer<Float>, at position: Int, using space: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if rotation == nil { return keys }
    copy(keys, turnedTo: position, scale: 1, into: space)
    return UnsafePointer(space)
  }

  /// Sets the gradients of a sequence's tokens that the query does not see to 0.
  private func clear(_ gradient: UnsafeMutablePointer<Float>, outside seen: SeenTokens, of index: Int) {
    for tokens in [offsets[index]..<seen.start, seen.start + seen.count..<offsets[index + 1]] {
      (gradient + tokens.lowerBound * 2 * width).update(repeating: 0, count: tokens.count * 2 * width)
    }
  }

  @inline(__always)
  private func add(_ row: UnsafePointer<Float>, times factor: Float, to target: UnsafeMutablePointer<Float>) {
    let factor = Lanes(repeating: factor)
    mapLanes(row, target, target, headWidth) { multiplyAdd($0, factor, $1) }
  }
}
