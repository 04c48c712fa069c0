import Kernels
import TestSupport
import Testing

@Suite struct AttentionTests {
  /// Lengths of sequences: empty ones, one token, whole lanes and beyond, bands of 48 rows and beyond.
  private static let batches: [[Int]] = [
    [], [0], [1], [2, 0, 3], [7, 8, 9], [15, 16, 17], [33, 1, 31], [47, 48, 49],
  ]

  @Test(arguments: [1, 2, 3]) func equalsPlainLoops(heads: Int) throws {
    try withEvery("lengths", in: Self.batches) { lengths in
      try withEvery("head width", in: [1, 3, 8, 16, 17, 32]) { headWidth in
        try withEvery("dropout rate", in: [0, 0.3]) { rate in
          try check(lengths: lengths, heads: heads, headWidth: headWidth, rate: rate)
        }
      }
    }
  }

  @Test func equalsPlainLoopsForTheSizesOfEncoders() throws {
    try check(lengths: [65, 12], heads: 12, headWidth: 32, rate: 0.1)
    try check(lengths: [40, 100], heads: 4, headWidth: 64, rate: 0.1)
    try check(lengths: [0, 257, 0], heads: 2, headWidth: 16, rate: 0.1)
  }

  /// Scores of ±2,000: powers would overflow without the shift by the largest.
  @Test func largeScoresDoNotOverflow() throws {
    try check(lengths: [33, 5], heads: 2, headWidth: 16, rate: 0, magnitude: 20)
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

  private func check(lengths: [Int], heads: Int, headWidth: Int, rate: Float, magnitude: Float = 2) throws {
    var generator = SeededGenerator(seed: UInt64(lengths.reduce(7, +)))
    let offsets = lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    let tokens = offsets.last ?? 0
    let width = heads * headWidth
    let projections = generator.floats(tokens * 3 * width, in: -magnitude...magnitude)
    let dy = generator.floats(tokens * width)
    let mask = rate > 0 ? DropoutMask(key: 0x1234_5678_9ABC_DEF0 &+ UInt64(tokens), rate: rate) : nil
    let kernel = AttentionKernel(offsets: offsets, heads: heads, headWidth: headWidth, mask: mask)
    let (output, kept) = kernel.forward(FloatBuffer(projections), keepingLogSumExp: true)
    let logSumExp = try #require(kept)
    let gradient = kernel.backward(FloatBuffer(dy), projections: FloatBuffer(projections), logSumExp: logSumExp)

    let exact = DoubleTensor(projections, shape: [tokens, 3 * width])
    let factors = mask?.attentionFactors(offsets: offsets, heads: heads)
    let expected = exact.selfAttention(offsets: offsets, heads: heads, factors: factors)
    // A rounding error in a score moves its probability by as much, so errors grow with the scores.
    let tolerance = Tolerance.kernel * Double(max(1, magnitude * magnitude / 4))
    try expectClose(output.elements, expected.elements, tolerance: tolerance, "output")
    try expectClose(
      logSumExp.elements, exact.attentionLogSumExp(offsets: offsets, heads: heads).elements, "log-sum-exp")
    let exactGradient = exact.selfAttentionGradient(
      DoubleTensor(dy, shape: [tokens, width]), offsets: offsets, heads: heads, factors: factors)
    try expectClose(gradient.elements, exactGradient.elements, tolerance: 2 * tolerance, "gradient")
  }
}

extension DoubleTensor {
  /// log Σ eˢ of each row of scores.
  ///
  /// - Shape: `[heads, tokens]`
  fileprivate func attentionLogSumExp(offsets: [Int], heads: Int) -> DoubleTensor {
    var result = DoubleTensor(zeros: [heads, shape[0]])
    for (_, head, rows) in parts(offsets, heads) {
      let sums = scores(rows, head, heads).logSumExp()
      for row in rows { result[head, row] = sums.elements[row - rows.lowerBound] }
    }
    return result
  }

  /// The gradient of `selfAttention`, written out: with P the probabilities, D the dropout factors and dP = D · (dO Vᵀ),
  /// dV = (D · P)ᵀ dO and dS = P · (dP − Σ P · dP).
  fileprivate func selfAttentionGradient(
    _ dOutput: DoubleTensor, offsets: [Int], heads: Int, factors: ((Int, Int, Int, Int) -> Double)?
  ) -> DoubleTensor {
    let d = width / (3 * heads)
    let scale = 1 / Double(d).squareRoot()
    var result = DoubleTensor(zeros: shape)
    for (sequence, head, rows) in parts(offsets, heads) {
      let n = rows.count
      let probabilities = scores(rows, head, heads).softmax()
      var keep = DoubleTensor([Double](repeating: 1, count: n * n), shape: [n, n])
      if let factors { for i in 0..<n { for j in 0..<n { keep[i, j] = factors(sequence, head, i, j) } } }
      let dOut = dOutput.block(rows, head, d)
      let dProbabilities = keep * dOut.matmul(block(rows, 2 * heads + head, d).transposed)
      let mean = (probabilities * dProbabilities).sum(axis: 1).reshaped([n, 1])
      let dScores = (probabilities * (dProbabilities - mean)).mapped { $0 * scale }
      let gradients = [
        dScores.matmul(block(rows, heads + head, d)), dScores.transposed.matmul(block(rows, head, d)),
        (keep * probabilities).transposed.matmul(dOut),
      ]
      for (kind, gradient) in gradients.enumerated() {
        for i in 0..<n {
          for k in 0..<d { result[rows.lowerBound + i, (kind * heads + head) * d + k] = gradient[i, k] }
        }
      }
    }
    return result
  }
}
