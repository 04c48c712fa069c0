import Kernels
import TestSupport
import Testing

@Suite struct AttentionTests {
  /// Lengths of sequences: empty ones, one token, whole lanes and beyond, row blocks of 48 rows and beyond.
  private static let batches: [[Int]] = [
    [], [0], [1], [2, 0, 3], [7, 8, 9], [15, 16, 17], [33, 1, 31], [47, 48, 49],
  ]

  @Test(arguments: [1, 2, 3]) func equalsPlainLoops(heads: Int) throws {
    try withEvery("lengths", in: Self.batches) { lengths in
      try withEvery("head width", in: [1, 3, 8, 16, 17, 32]) { headWidth in
        try withEvery("dropout rate", in: [0, 0.3]) { rate in
          try check(AttentionCase(lengths: lengths, heads: heads, headWidth: headWidth, rate: rate))
        }
      }
    }
  }

  @Test func equalsPlainLoopsForTheSizesOfEncoders() throws {
    try check(AttentionCase(lengths: [65, 12], heads: 12, headWidth: 32, rate: 0.1))
    try check(AttentionCase(lengths: [40, 100], heads: 4, headWidth: 64, rate: 0.1))
    try check(AttentionCase(lengths: [0, 257, 0], heads: 2, headWidth: 16, rate: 0.1))
    try check(AttentionCase(lengths: [70], heads: 1, headWidth: 128, rate: 0.1))
  }

  @Test(arguments: [0, 0.3] as [Float]) func windowsRotationsAndBiasesEqualPlainLoops(rate: Float) throws {
    try withEvery("lengths", in: [[0, 1, 2], [15, 16, 17], [31, 50], [100, 3]]) { lengths in
      try withEvery("head width", in: [4, 18, 64]) { headWidth in
        try withEvery("window", in: [nil, 0, 1, 7, 16, 40, 99]) { window in
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

  /// Row blocks whose columns are cut into tiles.
  @Test(arguments: [0, 0.2] as [Float]) func longSequencesEqualPlainLoops(rate: Float) throws {
    try withEvery("length", in: [512, 513, 529, 1100]) { length in
      try check(AttentionCase(lengths: [length, 5], heads: 1, headWidth: 12, rate: rate))
      try check(
        AttentionCase(lengths: [length], heads: 1, headWidth: 8, rate: rate, isRotated: true, isBiased: true))
    }
    try check(
      AttentionCase(
        lengths: [300], heads: 1, headWidth: 64, rate: rate, window: 64, isRotated: true, isBiased: true))
    try withEvery("window", in: [60, 250, 500, 1098]) { window in
      try check(
        AttentionCase(
          lengths: [1100], heads: 1, headWidth: 8, rate: rate, window: window, isRotated: true, isBiased: true))
    }
  }

  /// Scores of ±2,000: powers would overflow without the shift by the largest.
  @Test func largeScoresDoNotOverflow() throws {
    try check(AttentionCase(lengths: [33, 5], heads: 2, headWidth: 16, rate: 0, magnitude: 20))
    try check(AttentionCase(lengths: [33, 5], heads: 2, headWidth: 16, rate: 0, window: 3, magnitude: 20))
    try check(AttentionCase(lengths: [600], heads: 1, headWidth: 16, rate: 0, magnitude: 20))
  }

  /// In the first column tiles of these rows everything is hidden or far below the peak.
  @Test func peaksMayComeLast() throws {
    var attention = AttentionCase(lengths: [1200], heads: 1, headWidth: 4, rate: 0, window: 700)
    for token in 0..<1200 {
      for k in 4..<8 { attention.projections[token * 12 + k] = Float(token) / 100 }
      for k in 0..<4 { attention.projections[token * 12 + k] = token % 2 == 0 ? 3 : -3 }
    }
    try check(attention, tolerance: 4 * Tolerance.kernel)
  }

  @Test func aWindowOfTheWholeSequenceChangesNothing() throws {
    let whole = AttentionCase(lengths: [33, 600], heads: 2, headWidth: 16, rate: 0.1)
    let windowed = AttentionCase(lengths: [33, 600], heads: 2, headWidth: 16, rate: 0.1, window: 599)
    let (one, other) = (try whole.results(), try windowed.results())
    try expectSameBits(other.output, one.output, "output")
    try expectSameBits(other.gradient, one.gradient, "gradient")
  }

  @Test func sequencesDoNotSeeEachOther() throws {
    var generator = SeededGenerator(seed: 9)
    let (heads, headWidth) = (2, 8)
    let stride = 3 * heads * headWidth
    let first = generator.floats(19 * stride)
    let kernel = AttentionKernel(offsets: [0, 19, 26], heads: heads, headWidth: headWidth, mask: nil)
    let alone = AttentionKernel(offsets: [0, 19], heads: heads, headWidth: headWidth, mask: nil)
    func outputs(_ kernel: AttentionKernel, _ projections: [Float]) -> ArraySlice<Float> {
      kernel.forward(FloatBuffer(projections), keepingLogSumExp: false).output.elements[..<(19 * heads * headWidth)]
    }
    let one = outputs(kernel, first + generator.floats(7 * stride))
    let other = outputs(kernel, first + [Float](repeating: .nan, count: 7 * stride))
    try expectSameBits(Array(other), Array(one), "the first sequence beside another second")
    try expectSameBits(Array(outputs(alone, first)), Array(one), "the first alone")
  }

  @Test func nothingBeyondTheWindowIsSeen() throws {
    let attention = AttentionCase(lengths: [200], heads: 1, headWidth: 8, rate: 0, window: 20)
    var other = attention
    for index in 150 * 24..<200 * 24 { other.projections[index] = 1e15 }
    let (first, second) = (try attention.results().output, try other.results().output)
    try expectSameBits(Array(second[..<(130 * 8)]), Array(first[..<(130 * 8)]), "the first 130 tokens")
    #expect(Array(second[(130 * 8)...]) != Array(first[(130 * 8)...]))
  }

  private func check(_ attention: AttentionCase, tolerance: Double? = nil) throws {
    // A rounding error in a score moves its probability by as much, so errors grow with the scores.
    let magnitude = attention.magnitude
    let tolerance = tolerance ?? Tolerance.kernel * Double(max(1, magnitude * magnitude / 4))
    let (found, expected) = (try attention.results(), attention.reference())
    try expectClose(found.output, expected.output.elements, tolerance: tolerance, "output")
    try expectClose(found.logSumExp, expected.logSumExp.elements, tolerance: tolerance, "log-sum-exp")
    try expectClose(found.gradient, expected.gradient.elements, tolerance: 2 * tolerance, "gradient")
    if let bias = found.bias {
      try expectClose(bias, expected.bias.elements, tolerance: 2 * tolerance, floor: 1, "gradient of the bias")
    }
  }
}
