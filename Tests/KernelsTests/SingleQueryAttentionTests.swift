import Kernels
import TestSupport
import Testing

@Suite struct SingleQueryAttentionTests {
  private static let batches: [[Int]] = [[], [0], [1], [2, 0, 3], [7, 8, 9], [15, 16, 17], [33, 1, 31], [100]]

  @Test(arguments: [1, 2, 3]) func equalsTheFirstRowOfSelfAttention(heads: Int) throws {
    try withEvery("lengths", in: Self.batches) { lengths in
      try withEvery("head width", in: [1, 3, 8, 16, 17, 32]) { headWidth in
        try withEvery("dropout rate", in: [0, 0.3]) { rate in
          try check(lengths: lengths, heads: heads, headWidth: headWidth, rate: rate)
        }
      }
    }
  }

  @Test func equalsItForTheSizesOfEncoders() throws {
    try check(lengths: [65, 12], heads: 12, headWidth: 32, rate: 0.1)
    try check(lengths: [0, 257, 0], heads: 4, headWidth: 64, rate: 0.1)
  }

  /// Scores of ±2,000: powers would overflow without the shift by the largest.
  @Test func largeScoresDoNotOverflow() throws {
    try check(lengths: [33, 5], heads: 2, headWidth: 16, rate: 0, magnitude: 20)
  }

  /// Puts the queries into the first rows of projections, runs self-attention on them and lets no gradient come from any
  /// other row.
  private func check(lengths: [Int], heads: Int, headWidth: Int, rate: Float, magnitude: Float = 2) throws {
    var generator = SeededGenerator(seed: UInt64(lengths.reduce(11, +)))
    let offsets = lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    let tokens = offsets.last ?? 0
    let width = heads * headWidth
    let projections = generator.floats(tokens * 3 * width, in: -magnitude...magnitude)
    let dy = generator.floats(lengths.count * width)
    let mask = rate > 0 ? DropoutMask(key: 0xFEDC_BA98_7654_3210, rate: rate) : nil

    // An empty sequence has a query all the same, of whatever.
    var queries = [Float](repeating: 3, count: lengths.count * width)
    var dyOfAll = [Float](repeating: 0, count: tokens * width)
    for (sequence, start) in offsets.dropLast().enumerated() where lengths[sequence] > 0 {
      let row = sequence * width..<(sequence + 1) * width
      queries.replaceSubrange(row, with: projections[start * 3 * width..<start * 3 * width + width])
      dyOfAll.replaceSubrange(start * width..<(start + 1) * width, with: dy[row])
    }
    let keysAndValues = behindQueries(projections, width: width)

    let kernel = AttentionKernel(offsets: offsets, heads: heads, headWidth: headWidth, mask: mask)
    let (allOutputs, allSums) = kernel.forward(FloatBuffer(projections), keepingLogSumExp: true)
    let expectedGradient = kernel.backward(
      FloatBuffer(dyOfAll), projections: FloatBuffer(projections), logSumExp: try #require(allSums)
    ).elements

    let (output, sums) = kernel.forward(
      queries: FloatBuffer(queries), keysAndValues: FloatBuffer(keysAndValues), keepingLogSumExp: true)
    let (dQueries, dKeysAndValues) = kernel.backward(
      FloatBuffer(dy), queries: FloatBuffer(queries), keysAndValues: FloatBuffer(keysAndValues),
      logSumExp: try #require(sums))

    /// The rows of the first tokens, zeros for an empty sequence.
    func firstRows(_ elements: [Float], stride: Int) -> [Double] {
      offsets.dropLast().enumerated().flatMap { sequence, start in
        lengths[sequence] > 0
          ? Array(elements[start * stride..<start * stride + width]).doubles : [Double](repeating: 0, count: width)
      }
    }
    let tolerance = Tolerance.kernel * Double(max(1, magnitude * magnitude / 4))
    try expectClose(output.elements, firstRows(allOutputs.elements, stride: width), tolerance: tolerance, "output")
    try expectClose(
      dQueries.elements, firstRows(expectedGradient, stride: 3 * width), tolerance: 2 * tolerance, "queries' gradient")
    try expectClose(
      dKeysAndValues.elements, behindQueries(expectedGradient, width: width).doubles, tolerance: 2 * tolerance,
      "keys' and values' gradient")
  }

  /// Keys and values of every token, from queries, keys and values side by side.
  private func behindQueries(_ projections: [Float], width: Int) -> [Float] {
    stride(from: 0, to: projections.count, by: 3 * width).flatMap { (row: Int) -> ArraySlice<Float> in
      projections[row + width..<row + 3 * width]
    }
  }
}
