import Kernels
import TestSupport
import Testing

/// The same bits with any number of threads: loops are cut by shapes only, and sums have a fixed order.
@Suite struct DeterminismTests {
  @Test(arguments: computations.indices) func bitsDoNotDependOnTheThreads(index: Int) async {
    await #expect(processExitsWith: .success) { [index] in
      let computation = computations[index]
      recordingErrors {
        Threads.configure(count: 1)
        let expected = computation.results()
        try withEvery("threads", in: [1, 2, 3, 5]) { threads in
          Threads.configure(count: threads)
          try withEvery("repetition", in: 0..<2) { _ in
            let found = computation.results()
            try expect(!found.isEmpty && found.count == expected.count, "\(found.count) results of \(computation.name)")
            for (found, expected) in zip(found, expected) {
              try expectSameBits(found, expected, computation.name)
            }
          }
        }
      }
    }
  }
}

/// Every kernel that adds numbers up, at sizes that are cut into several parts.
private let computations: [(name: String, results: @Sendable () -> [[Float]])] = [
  (
    "products",
    {
      [(700, 384, 384), (64, 64, 1536), (384, 2000, 384), (20, 1030, 97)].flatMap { rows, inner, columns in
        [(false, false), (true, false), (false, true), (true, true)].map { transposeA, transposeB in
          let a = numbers(rows * inner, seed: 1)
          let b = numbers(inner * columns, seed: 2)
          let c = FloatBuffer(repeating: 1, count: rows * columns)
          multiply(
            transposeA ? Matrix(a, inner, rows) : Matrix(a, rows, inner),
            transposeB ? Matrix(b, columns, inner) : Matrix(b, inner, columns), transposeFirst: transposeA,
            transposeSecond: transposeB, into: Matrix(c, rows, columns), accumulate: true)
          return c.elements
        }
      }
    }
  ),
  (
    "linear",
    {
      [1, 20, 32, 33, 700].map { rows in
        let y = FloatBuffer(repeating: 0, count: rows * 400)
        linear(
          Matrix(numbers(rows * 384, seed: 3), rows, 384), weight: Matrix(numbers(400 * 384, seed: 4), 400, 384),
          bias: numbers(400, seed: 5), into: Matrix(y, rows, 400))
        return y.elements
      }
    }
  ),
  (
    "linear and feed-forward below 32 bits",
    {
      [Precision.bfloat16, .int8].flatMap { precision in
        let (up, down) = (Matrix(numbers(400 * 384, seed: 4), 400, 384), Matrix(numbers(384 * 400, seed: 6), 384, 400))
        let (packedUp, packedDown) = (
          LayerWeight(up, packed: PackedWeight(up, precision: precision)),
          LayerWeight(down, packed: PackedWeight(down, precision: precision))
        )
        let kernel = FeedForwardKernel(
          inputWeight: packedUp, inputBias: numbers(400, seed: 5), outputWeight: packedDown, outputBias: nil,
          activation: .gelu)
        return [1, 20, 96, 97, 700].flatMap { rows in
          let x = Matrix(numbers(rows * 384, seed: 3), rows, 384)
          let y = FloatBuffer(repeating: 0, count: rows * 400)
          linear(x, weight: packedUp, bias: numbers(400, seed: 5), into: Matrix(y, rows, 400))
          return [y.elements, kernel.forward(x, keepingPreActivation: false).y.elements]
        }
      }
    }
  ),
  (
    "gradients in bfloat16",
    {
      [1, 20, 97, 700, 5000].flatMap { rows in
        let (width, inner) = (64, 160)
        func weight(_ outputs: Int, _ inputs: Int, _ seed: UInt64) -> LayerWeight {
          let matrix = Matrix(numbers(outputs * inputs, seed: seed), outputs, inputs)
          return LayerWeight(matrix, packed: PackedWeight(matrix, precision: .bfloat16, withGradients: true))
        }
        let (up, gate, down) = (weight(inner, width, 6), weight(inner, width, 7), weight(width, inner, 8))
        let x = Matrix(numbers(rows * width, seed: 10), rows, width)
        let dy = Matrix(numbers(rows * width, seed: 11), rows, width)
        let plain = FeedForwardKernel(
          inputWeight: up, inputBias: numbers(inner, seed: 9), outputWeight: down, outputBias: nil, activation: .gelu)
        let gated = GatedFeedForwardKernel(
          input: [(gate, nil), (up, nil)], gateIsFirst: true, outputWeight: down, outputBias: nil, activation: .silu,
          mask: DropoutMask(key: 6, rate: 0.1))
        guard let kept = plain.forward(x, keepingPreActivation: true).preActivation,
          let keptHalves = gated.forward(x, keepingPreActivation: true).preActivation
        else { return [[Float]]() }
        let (first, second) = (
          plain.backward(dy, x: x, preActivation: kept, wanted: .all),
          gated.backward(dy, x: x, preActivation: keptHalves, wanted: .all(maps: 2))
        )
        let dx = FloatBuffer(repeating: .nan, count: rows * inner)
        inputGradient([ReversedMap(down, of: dy)].compactMap { $0 }, into: Matrix(dx, rows, inner))
        let maps = (second.input + [second.output]).flatMap { [$0.weight, $0.bias] }
        return ([dx, first.x, first.inputWeight, first.inputBias, first.outputWeight, second.x] + maps)
          .compactMap { $0?.elements }
      }
    }
  ),
  (
    "feed-forward",
    {
      [20, 700, 2500].flatMap { rows in
        let (width, inner) = (64, 160)
        let kernel = FeedForwardKernel(
          inputWeight: Matrix(numbers(inner * width, seed: 6), inner, width), inputBias: numbers(inner, seed: 7),
          outputWeight: Matrix(numbers(width * inner, seed: 8), width, inner), outputBias: numbers(width, seed: 9),
          activation: .gelu)
        let x = Matrix(numbers(rows * width, seed: 10), rows, width)
        let (y, kept) = kernel.forward(x, keepingPreActivation: true)
        guard let kept else { return [[Float]]() }
        let gradients = kernel.backward(
          Matrix(numbers(rows * width, seed: 11), rows, width), x: x, preActivation: kept, wanted: .all)
        return [
          y, gradients.x, gradients.inputWeight, gradients.inputBias, gradients.outputWeight, gradients.outputBias,
        ].compactMap { $0?.elements }
      }
    }
  ),
  (
    "gated feed-forward",
    {
      [20, 700, 2500].flatMap { rows in
        let (width, inner) = (64, 160)
        let kernel = GatedFeedForwardKernel(
          input: [6, 7].map { (Matrix(numbers(inner * width, seed: $0), inner, width), numbers(inner, seed: $0 + 20)) },
          gateIsFirst: true, outputWeight: Matrix(numbers(width * inner, seed: 8), width, inner),
          outputBias: numbers(width, seed: 9), activation: .gelu, mask: DropoutMask(key: 6, rate: 0.1))
        let x = Matrix(numbers(rows * width, seed: 10), rows, width)
        let (y, kept) = kernel.forward(x, keepingPreActivation: true)
        guard let kept else { return [[Float]]() }
        let gradients = kernel.backward(
          Matrix(numbers(rows * width, seed: 11), rows, width), x: x, preActivation: kept, wanted: .all(maps: 2))
        let maps = (gradients.input + [gradients.output]).flatMap { [$0.weight, $0.bias] }
        return ([y, gradients.x] + maps).compactMap { $0?.elements }
      }
    }
  ),
  (
    "attention",
    {
      [0, 5, 105, 105, 205, 216, 516].attentionKernels.flatMap { kernel in
        let projections = numbers(516 * 288, seed: 12)
        let (y, sums) = kernel.forward(projections, keepingLogSumExp: true)
        guard let sums else { return [[Float]]() }
        let gradients = kernel.backward(
          numbers(516 * 96, seed: 13), projections: projections, output: y, logSumExp: sums, wantsBias: true)
        return [y, sums, gradients.projections, gradients.bias].compactMap { $0?.elements }
      }
    }
  ),
  (
    "long attention",
    {
      [0, 700, 1500].attentionKernels.flatMap { kernel in
        let projections = numbers(1500 * 288, seed: 12)
        let (y, sums) = kernel.forward(projections, keepingLogSumExp: true)
        guard let sums else { return [[Float]]() }
        let gradients = kernel.backward(
          numbers(1500 * 96, seed: 13), projections: projections, output: y, logSumExp: sums, wantsBias: true)
        return [y, sums, gradients.projections, gradients.bias].compactMap { $0?.elements }
      }
    }
  ),
  (
    "single-query attention",
    {
      [0, 5, 105, 105, 205, 216, 516].attentionKernels.flatMap { kernel in
        let (queries, keysAndValues) = (numbers(6 * 96, seed: 20), numbers(516 * 192, seed: 21))
        let positions = [0, 50, 0, 99, 3, 299]
        let (y, sums) = kernel.forward(
          queries: queries, at: positions, keysAndValues: keysAndValues, keepingLogSumExp: true)
        guard let sums else { return [[Float]]() }
        let gradients = kernel.backward(
          numbers(6 * 96, seed: 22), queries: queries, at: positions, keysAndValues: keysAndValues, logSumExp: sums,
          wantsBias: true)
        return [y, sums, gradients.queries, gradients.keysAndValues, gradients.bias].compactMap { $0?.elements }
      }
    }
  ),
  (
    "layer norm",
    {
      let (rows, width) = (1300, 100)
      let kernel = LayerNormKernel(
        rows: rows, gamma: numbers(width, seed: 14), beta: numbers(width, seed: 15), epsilon: 1e-12)
      let mask = DropoutMask(key: 6, rate: 0.1)
      let (y, saved) = kernel.forward(
        numbers(rows * width, seed: 16), residual: numbers(rows * width, seed: 17), mask: mask)
      let gradients = kernel.backward(numbers(rows * width, seed: 18), y: y, saved: saved, mask: mask)
      return [y, gradients.residual, gradients.x, gradients.gamma, gradients.beta].map(\.elements)
    }
  ),
  (
    "reductions",
    {
      let x = numbers(1300 * 200, seed: 19)
      return [
        columnSums(Matrix(x, 1300, 200)).elements, softmaxRows(x, rows: 1300, width: 200).elements,
        logSumExpRows(x, rows: 1300, width: 200).elements,
        sumMiddle(x, outer: 1, reduced: 1300 * 200, inner: 1).elements,
        normalizeRows(x, rows: 1300, width: 200, epsilon: 1e-12).y.elements,
        sumMiddle(x, outer: 1, reduced: 1300, inner: 200).elements,
        sumMiddle(x, outer: 130, reduced: 10, inner: 200).elements, [Float(sumOfSquares(x))],
      ]
    }
  ),
  (
    "rows",
    {
      let x = numbers(2000 * 200, seed: 20)
      let indices = (0..<2000).map { Int32($0 * 7919 % 97) }
      return [
        scatterAddRows(x, indices: indices, rows: 97, width: 200).elements,
        embeddingSum([(x, indices), (x, indices.reversed())], width: 200).elements,
        segmentSum(x, offsets: [0, 3, 900, 2000], width: 200).elements,
        applyDropout(x, mask: DropoutMask(key: 7, rate: 0.4)).elements,
      ]
    }
  ),
  (
    "largest products",
    {
      let documents = Matrix(numbers(20_000 * 16, seed: 26), 20_000, 16)
      return [1, 300].map { count in
        largestProducts(
          queries: Matrix(numbers(count * 16, seed: 25), count, 16), documents: documents, count: 10,
          tieBreakers: Array(0..<20_000)
        ).flatMap { $0.flatMap { [$0.score, Float($0.tieBreaker)] } }
      }
    }
  ),
  (
    "decompositions",
    {
      let (rows, width) = (2500, 200)
      let x = Matrix(numbers(rows * width, seed: 27), rows, width)
      let means = columnMeans(x)
      let sums = covariance(x, means: means)
      guard let eigen = try? SymmetricEigen(of: sums, size: width), let factors = try? OrthogonalTriangular(of: x)
      else {
        return [[.nan]]
      }
      // All 64 bits of each number, as two floats.
      let exact = (means + sums + eigen.values + eigen.vectors).flatMap { number in
        [Float(number), Float(number - Double(Float(number)))]
      }
      return [exact, factors.orthogonal.elements, factors.triangular.elements]
    }
  ),
  (
    "AdamW",
    {
      let tensor = { (seed: UInt64) in numbers(200_000, seed: seed) }
      let (parameter, first, second) = (tensor(21), tensor(22), map(.absolute, tensor(23)))
      adamWStep(
        [
          AdamWTensor(
            parameter: parameter, gradient: tensor(24), firstMoment: first, secondMoment: second, rate: 1e-3, decay: 0.1
          )
        ], step: 3, firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8, gradientScale: 0.5)
      return [parameter, first, second].map(\.elements)
    }
  ),
]

private func numbers(_ count: Int, seed: UInt64) -> FloatBuffer {
  var generator = SeededGenerator(seed: seed)
  return generator.buffer(count)
}

extension [Int] {
  /// Attention of sequences that begin at these tokens: with dropout, and with all that a pattern can have.
  fileprivate var attentionKernels: [AttentionKernel] {
    let longest = zip(dropFirst(), self).map { $0 - $1 }.max() ?? 0
    return [
      AttentionKernel(offsets: self, heads: 3, headWidth: 32, mask: DropoutMask(key: 5, rate: 0.1)),
      AttentionKernel(
        offsets: self, heads: 3, headWidth: 32, window: 60,
        rotation: Rotation(table: numbers(longest * 32, seed: 14), width: 32),
        bias: ScoreBias(table: numbers(12, seed: 15), heads: 3, before: [0, 1], after: [0, 2, 3]), mask: nil),
    ]
  }
}
