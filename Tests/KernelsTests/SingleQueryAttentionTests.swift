import Kernels
import TestSupport
import Testing

@Suite struct SingleQueryAttentionTests {
  private static let batches: [[Int]] = [[], [0], [1], [2, 0, 3], [7, 8, 9], [15, 16, 17], [33, 1, 31], [100]]

  @Test(arguments: [1, 2, 3]) func equalsARowOfSelfAttention(heads: Int) throws {
    try withEvery("lengths", in: Self.batches) { lengths in
      try withEvery("head width", in: [1, 3, 8, 16, 17, 32]) { headWidth in
        try withEvery("dropout rate", in: [0, 0.3]) { rate in
          try check(AttentionCase(lengths: lengths, heads: heads, headWidth: headWidth, rate: rate))
        }
      }
    }
  }

  @Test(arguments: [0, 0.3] as [Float]) func equalsItWithWindowsRotationsAndBiases(rate: Float) throws {
    try withEvery("lengths", in: [[0, 1, 2], [15, 16, 17], [100, 3]]) { lengths in
      try withEvery("head width", in: [4, 18, 64]) { headWidth in
        try withEvery("window", in: [nil, 0, 1, 7, 16, 99]) { window in
          try withEvery("rotation and bias", in: [(false, false), (true, false), (false, true), (true, true)]) {
            try check(
              AttentionCase(
                lengths: lengths, heads: 2, headWidth: headWidth, rate: rate, window: window, isRotated: $0.0,
                isBiased: $0.1))
          }
        }
      }
    }
  }

  @Test func equalsItForTheSizesOfEncoders() throws {
    try check(AttentionCase(lengths: [65, 12], heads: 12, headWidth: 32, rate: 0.1))
    try check(AttentionCase(lengths: [0, 257, 0], heads: 4, headWidth: 64, rate: 0.1))
  }

  /// Scores of ±2,000: powers would overflow without the shift by the largest.
  @Test func largeScoresDoNotOverflow() throws {
    try check(AttentionCase(lengths: [33, 5], heads: 2, headWidth: 16, rate: 0, magnitude: 20))
  }

  /// Takes the queries of some tokens of projections, runs self-attention on these and lets no gradient come from any
  /// other row.
  private func check(_ attention: AttentionCase) throws {
    let lengths = zip(attention.offsets.dropFirst(), attention.offsets).map { $0 - $1 }
    try withEvery("queries", in: [lengths.map { _ in 0 }, lengths.map { $0 / 3 }, lengths.map { max(0, $0 - 1) }]) {
      try check(attention, lengths, queriesAt: $0)
    }
  }

  private func check(_ attention: AttentionCase, _ lengths: [Int], queriesAt positions: [Int]) throws {
    let (projections, offsets) = (attention.projections, attention.offsets)
    let width = attention.heads * attention.headWidth
    let tokens = attention.tokens
    var generator = SeededGenerator(seed: UInt64(lengths.reduce(11, +)))
    let dy = generator.floats(lengths.count * width)

    // An empty sequence has a query all the same, of whatever.
    var queries = [Float](repeating: 3, count: lengths.count * width)
    var dyOfAll = [Float](repeating: 0, count: tokens * width)
    let rows = zip(offsets, positions).map { $0 + $1 }
    for (sequence, token) in rows.enumerated() where lengths[sequence] > 0 {
      let row = sequence * width..<(sequence + 1) * width
      queries.replaceSubrange(row, with: projections[token * 3 * width..<token * 3 * width + width])
      dyOfAll.replaceSubrange(token * width..<(token + 1) * width, with: dy[row])
    }
    let keysAndValues = behindQueries(projections, width: width)

    let kernel = attention.kernel
    let (allOutputs, allSums) = kernel.forward(FloatBuffer(projections), keepingLogSumExp: true)
    let isBiased = attention.isBiased
    let expected = kernel.backward(
      FloatBuffer(dyOfAll), projections: FloatBuffer(projections), output: allOutputs, logSumExp: try #require(allSums),
      wantsBias: isBiased)

    let (output, sums) = kernel.forward(
      queries: FloatBuffer(queries), at: positions, keysAndValues: FloatBuffer(keysAndValues), keepingLogSumExp: true)
    let found = kernel.backward(
      FloatBuffer(dy), queries: FloatBuffer(queries), at: positions, keysAndValues: FloatBuffer(keysAndValues),
      logSumExp: try #require(sums), wantsBias: isBiased)

    /// The rows of the queries' tokens, zeros for an empty sequence.
    func queryRows(_ elements: [Float], stride: Int) -> [Double] {
      rows.enumerated().flatMap { sequence, token in
        lengths[sequence] > 0
          ? Array(elements[token * stride..<token * stride + width]).doubles : [Double](repeating: 0, count: width)
      }
    }
    let tolerance = Tolerance.kernel * Double(max(1, attention.magnitude * attention.magnitude / 4))
    let gradient = expected.projections.elements
    try expectClose(output.elements, queryRows(allOutputs.elements, stride: width), tolerance: tolerance, "output")
    try expectClose(
      found.queries.elements, queryRows(gradient, stride: 3 * width), tolerance: 2 * tolerance, "queries' gradient")
    try expectClose(
      found.keysAndValues.elements, behindQueries(gradient, width: width).doubles, tolerance: 2 * tolerance,
      "keys' and values' gradient")
    try expectClose(
      found.bias?.elements ?? [], expected.bias?.elements.doubles ?? [], tolerance: 2 * tolerance, floor: 0.1,
      "bias's gradient")
    #expect((found.bias != nil) == isBiased)
  }

  /// Keys and values of every token, from queries, keys and values side by side.
  private func behindQueries(_ projections: [Float], width: Int) -> [Float] {
    stride(from: 0, to: projections.count, by: 3 * width).flatMap { (row: Int) -> ArraySlice<Float> in
      projections[row + width..<row + 3 * width]
    }
  }
}
