import CInstructions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Self-attention of ragged sequences: every token sees exactly the tokens of its own sequence.
///
///     O = dropout(softmax(Q Kᵀ / √d)) V        per sequence and head
///
/// The forward pass keeps the log-sum-exp of each row of scores; the reverse pass recomputes the probabilities from it
/// in row blocks, so memory grows with the tokens, not with their square (Dao et al. 2022, arXiv:2205.14135).
///
/// - Shape: projections `[tokens, 3 · heads · d]` (queries, keys, values side by side) → `[tokens, heads · d]`
package struct AttentionKernel {
  /// First token of each sequence, and the number of tokens at the end.
  let offsets: [Int]
  let heads: Int
  let headWidth: Int
  let mask: DropoutMask?

  /// Makes the kernel for a batch of sequences.
  package init(offsets: [Int], heads: Int, headWidth: Int, mask: DropoutMask?) {
    checkOffsets(offsets, of: "attention")
    self.offsets = offsets
    self.heads = heads
    self.headWidth = headWidth
    self.mask = mask
  }

  var tokens: Int { offsets.last ?? 0 }
  var width: Int { heads * headWidth }
  var sequences: Int { offsets.count - 1 }
  var scale: Float { 1 / Float(headWidth).squareRoot() }
  /// The most rows of scores computed at once: a row block stays in the second-level cache for sequences of 500 tokens.
  private static let largestBand = 96

  /// The rows of a row block of a sequence: equal blocks of whole tiles, so that the last one is not a sliver.
  private static func band(_ count: Int) -> Int {
    let bands = (count + largestBand - 1) / largestBand
    let rows = (count + bands - 1) / bands
    return min(count, (rows + tileRows - 1) / tileRows * tileRows)
  }

  /// The forward pass: the outputs, and the log-sum-exp `[heads, tokens]` if the reverse pass needs it.
  package func forward(
    _ projections: FloatBuffer, keepingLogSumExp: Bool
  ) -> (output: FloatBuffer, logSumExp: FloatBuffer?) {
    let output = FloatBuffer(uninitialized: tokens * width)
    let logSumExp = keepingLogSumExp ? FloatBuffer(uninitialized: tokens * heads) : nil
    parallelFor(sequences * heads) { task in
      forwardHead(Head(self, task), projections.base, output.base, logSumExp?.base, before: upcoming(task))
    }
    return (output, logSumExp)
  }

  /// The reverse pass: the gradient of the projections.
  package func backward(
    _ outputGradient: FloatBuffer, projections: FloatBuffer, logSumExp: FloatBuffer
  ) -> FloatBuffer {
    let gradient = FloatBuffer(uninitialized: tokens * 3 * width)
    parallelFor(sequences * heads) { task in
      backwardHead(
        Head(self, task), outputGradient.base, projections.base, logSumExp.base, gradient.base, before: upcoming(task))
    }
    return gradient
  }

  /// One head of one sequence: the location of its numbers, and the padded sizes of its scratch.
  private struct Head {
    let head: Int
    let start: Int
    let count: Int
    let width: Int
    /// Tokens and width rounded up to whole lanes.
    let paddedCount: Int
    let paddedWidth: Int
    let mask: DropoutMask?

    init(_ kernel: AttentionKernel, _ task: Int) {
      let sequence = task / kernel.heads
      head = task % kernel.heads
      start = kernel.offsets[sequence]
      count = kernel.offsets[sequence + 1] - start
      width = kernel.headWidth
      paddedCount = (count + laneCount - 1) / laneCount * laneCount
      paddedWidth = (width + laneCount - 1) / laneCount * laneCount
      mask = kernel.mask?.part(task)
    }
  }

  /// The head that a task's thread is likely to process next: tasks are handed out in order.
  private func upcoming(_ task: Int) -> Head? {
    let next = task + Threads.count
    return next < sequences * heads ? Head(self, next) : nil
  }

  /// Prefetches a token's query, key and value of the next head: they lie a whole row of projections away from those of
  /// the previous token, and no processor foresees that.
  @inline(__always)
  private func prefetch(_ row: Int, of next: Head?, _ projections: UnsafePointer<Float>) {
    guard let next, row < next.count else { return }
    let source = projections + (next.start + row) * 3 * width + next.head * headWidth
    for part in 0..<3 {
      for column in stride(from: 0, to: headWidth, by: laneCount) {
        hone_prefetch_for_later(source + part * width + column)
      }
    }
  }

  private func forwardHead(
    _ head: Head, _ projections: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ logSumExp: UnsafeMutablePointer<Float>?, before next: Head?
  ) {
    let (n, padded, wide) = (head.count, head.paddedCount, head.paddedWidth)
    if n == 0 { return }
    let stride = 3 * width
    let source = projections + head.start * stride + head.head * headWidth
    let band = Self.band(n)
    let scratch = FloatBuffer(uninitialized: wide * (3 * n + band + padded) + band * (padded + 1))
    let q = scratch.base
    let k = q + n * wide
    let v = k + n * wide
    let keysTransposed = v + n * wide
    let result = keysTransposed + wide * padded
    let scores = result + band * wide
    let inverseSums = scores + band * padded
    pack(source, stride: stride, head: head, scale: scale, into: q)
    pack(source + width, stride: stride, head: head, scale: 1, into: k)
    pack(source + 2 * width, stride: stride, head: head, scale: 1, into: v)
    transpose(k, head: head, into: keysTransposed)

    for first in Swift.stride(from: 0, to: n, by: band) {
      let rows = min(band, n - first)
      panelProduct(
        q + first * wide, rowStride: wide, innerStride: 1, keysTransposed, stride: padded, into: scores, stride: padded,
        rows: rows, columns: padded, inner: headWidth, accumulate: false)
      for row in 0..<rows {
        prefetch(first + row, of: next, projections)
        let (peak, sum) = powersOfRow(
          scores + row * padded, count: n, padded: padded, mask: head.mask, at: (first + row) * padded)
        if let logSumExp { logSumExp[head.head * tokens + head.start + first + row] = peak + logf(sum) }
        inverseSums[row] = 1 / sum
      }
      panelProduct(
        scores, rowStride: padded, innerStride: 1, v, stride: wide, into: result, stride: wide, rows: rows,
        columns: wide, inner: n, accumulate: false)
      let target = output + (head.start + first) * width + head.head * headWidth
      for row in 0..<rows {
        copyScaled(result + row * wide, by: inverseSums[row], into: target + row * width, count: headWidth)
      }
    }
  }

  private func backwardHead(
    _ head: Head, _ outputGradient: UnsafePointer<Float>, _ projections: UnsafePointer<Float>,
    _ logSumExp: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, before next: Head?
  ) {
    let (n, padded, wide) = (head.count, head.paddedCount, head.paddedWidth)
    if n == 0 { return }
    let stride = 3 * width
    let source = projections + head.start * stride + head.head * headWidth
    let band = Self.band(n)
    let scratch = FloatBuffer(uninitialized: wide * (6 * n + 2 * padded) + 2 * band * padded)
    let q = scratch.base
    let k = q + n * wide
    let dOutput = k + n * wide
    let dq = dOutput + n * wide
    let dk = dq + n * wide
    let dv = dk + n * wide
    let keysTransposed = dv + n * wide
    let valuesTransposed = keysTransposed + wide * padded
    let p = valuesTransposed + wide * padded
    let dScores = p + band * padded
    pack(source, stride: stride, head: head, scale: scale, into: q)
    pack(source + width, stride: stride, head: head, scale: 1, into: k)
    // The values themselves are not needed: dv is scratch until the first row block.
    pack(source + 2 * width, stride: stride, head: head, scale: 1, into: dv)
    pack(
      outputGradient + head.start * width + head.head * headWidth, stride: width, head: head, scale: 1, into: dOutput)
    transpose(k, head: head, into: keysTransposed)
    transpose(dv, head: head, into: valuesTransposed)

    for first in Swift.stride(from: 0, to: n, by: band) {
      let rows = min(band, n - first)
      panelProduct(
        q + first * wide, rowStride: wide, innerStride: 1, keysTransposed, stride: padded, into: p, stride: padded,
        rows: rows, columns: padded, inner: headWidth, accumulate: false)
      panelProduct(
        dOutput + first * wide, rowStride: wide, innerStride: 1, valuesTransposed, stride: padded, into: dScores,
        stride: padded, rows: rows, columns: padded, inner: headWidth, accumulate: false)
      for row in 0..<rows {
        prefetch(first + row, of: next, projections)
        scoreGradientRow(
          p + row * padded, dScores + row * padded, count: n, padded: padded,
          logSumExp: logSumExp[head.head * tokens + head.start + first + row], mask: head.mask,
          at: (first + row) * padded)
      }
      panelProduct(
        dScores, rowStride: padded, innerStride: 1, k, stride: wide, into: dq + first * wide, stride: wide, rows: rows,
        columns: wide, inner: n, accumulate: false)
      panelProduct(
        dScores, rowStride: 1, innerStride: padded, q + first * wide, stride: wide, into: dk, stride: wide, rows: n,
        columns: wide, inner: rows, accumulate: first > 0)
      panelProduct(
        p, rowStride: 1, innerStride: padded, dOutput + first * wide, stride: wide, into: dv, stride: wide, rows: n,
        columns: wide, inner: rows, accumulate: first > 0)
    }
    let target = gradient + head.start * stride + head.head * headWidth
    for row in 0..<n {
      copyScaled(dq + row * wide, by: scale, into: target + row * stride, count: headWidth)
      mapLanes(dk + row * wide, target + row * stride + width, headWidth) { $0 }
      mapLanes(dv + row * wide, target + row * stride + 2 * width, headWidth) { $0 }
    }
  }

  /// Copies a head's rows into contiguous, padded rows.
  ///
  /// The rows lie far apart, so memory bounds the speed; whole lanes keep many rows in flight.
  @inline(__always)
  private func pack(
    _ source: UnsafePointer<Float>, stride: Int, head: Head, scale: Float, into target: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<head.count {
      let to = target + row * head.paddedWidth
      copyScaled(source + row * stride, by: scale, into: to, count: head.width)
      for column in head.width..<head.paddedWidth { to[column] = 0 }
    }
  }

  /// Transposes packed rows into padded columns, four by four in registers and the last rows one by one.
  @inline(__always)
  private func transpose(_ source: UnsafePointer<Float>, head: Head, into target: UnsafeMutablePointer<Float>) {
    let whole = head.count / 4 * 4
    for row in stride(from: 0, to: whole, by: 4) {
      for column in stride(from: 0, to: head.paddedWidth, by: 4) {
        transposeFour(
          source + row * head.paddedWidth + column, stride: head.paddedWidth,
          into: target + column * head.paddedCount + row,
          stride: head.paddedCount)
      }
    }
    for column in 0..<head.width {
      let to = target + column * head.paddedCount
      for row in whole..<head.count { to[row] = source[row * head.paddedWidth + column] }
      for row in head.count..<head.paddedCount { to[row] = 0 }
    }
  }
}
