import TestSupport
import Testing

@testable import Kernels

/// Gradients of layers in bfloat16: near those in 32 bits, and the sums that they are said to be.
@Suite struct LayerGradientsTests {
  /// The error of a sum of products of rounded factors, relative to the sum of their magnitudes: each factor is off by
  /// at most 2⁻⁸ of itself, and the sum of 32-bit numbers by far less.
  static let bound = 2.1 / 256

  private func packed(_ weight: Matrix) -> LayerWeight {
    LayerWeight(weight, packed: PackedWeight(weight, precision: .bfloat16, withGradients: true))
  }

  private static let shapes = [(1, 16, 16), (7, 48, 32), (33, 96, 160), (97, 32, 48), (3100, 16, 32)]

  @Test(arguments: shapes) func inputGradientsAreWithinTheRounding(rows: Int, inputs: Int, outputs: Int) throws {
    var generator = SeededGenerator(seed: 61)
    let weight = Matrix(generator.buffer(outputs * inputs), outputs, inputs)
    let dy = Matrix(generator.buffer(rows * outputs), rows, outputs)
    let dx = FloatBuffer(repeating: .nan, count: rows * inputs)
    inputGradient([try #require(ReversedMap(packed(weight), of: dy))], into: Matrix(dx, rows, inputs))
    let found = dx.elements
    for row in stride(from: 0, to: rows, by: max(1, rows / 7)) {
      for column in 0..<inputs {
        var (sum, magnitude) = (0.0, 0.0)
        for k in 0..<outputs {
          let product = Double(dy.buffer[row * outputs + k]) * Double(weight.buffer[k * inputs + column])
          sum += product
          magnitude += product.magnitude
        }
        let error = (Double(found[row * inputs + column]) - sum).magnitude
        try expect(error <= Self.bound * magnitude, "\(row), \(column): \(error) of \(magnitude)")
      }
    }
  }

  @Test(arguments: shapes) func weightGradientsAreWithinTheRounding(rows: Int, inputs: Int, outputs: Int) throws {
    var generator = SeededGenerator(seed: 62)
    let x = Matrix(generator.buffer(rows * inputs), rows, inputs)
    let dy = Matrix(generator.buffer(rows * outputs), rows, outputs)
    let dWeight = FloatBuffer(repeating: .nan, count: outputs * inputs)
    weightGradient(dy, x, into: Matrix(dWeight, outputs, inputs))
    let found = dWeight.elements
    for output in stride(from: 0, to: outputs, by: 5) {
      for input in 0..<inputs {
        var (sum, magnitude) = (0.0, 0.0)
        for row in 0..<rows {
          let product = Double(dy.buffer[row * outputs + output]) * Double(x.buffer[row * inputs + input])
          sum += product
          magnitude += product.magnitude
        }
        let error = (Double(found[output * inputs + input]) - sum).magnitude
        try expect(error <= Self.bound * magnitude, "\(output), \(input): \(error) of \(magnitude)")
      }
    }
    // They were not computed in 32 bits.
    let exact = FloatBuffer(repeating: 0, count: outputs * inputs)
    multiply(dy, x, transposeFirst: true, into: Matrix(exact, outputs, inputs))
    #expect(found != exact.elements)
  }

  /// Pieces and chunks of whole pairs of tokens are no boundary for a sum.
  @Test func aWeightGradientInPartsHasTheBitsOfAWhole() throws {
    var generator = SeededGenerator(seed: 63)
    let (rows, inputs, outputs) = (7001, 32, 20)
    let (x, dy) = (
      Matrix(generator.buffer(rows * inputs), rows, inputs), Matrix(generator.buffer(rows * outputs), rows, outputs)
    )
    let (whole, parts, plain) = (
      Matrix.zeros(rows: outputs, columns: inputs), Matrix.zeros(rows: outputs, columns: inputs),
      Matrix.zeros(rows: outputs, columns: inputs)
    )
    weightGradient(dy, x, into: whole)
    for range in [0..<32, 32..<4096, 4096..<7001] {
      weightGradient(dy.rows(range), x.rows(range), into: parts, accumulate: true)
    }
    try expectSameBits(parts.buffer.elements, whole.buffer.elements)
    PairPanels(x, isTransposed: false).multiply(transposed: dy, into: plain, accumulate: false)
    try expectSameBits(plain.buffer.elements, whole.buffer.elements)
  }

  /// dx of several maps is one sum over the outputs of all, as that of one map with all outputs.
  @Test func severalMapsAreOneWithAllOutputs() throws {
    var generator = SeededGenerator(seed: 64)
    for rows in [5, 130] {
      let weight = Matrix(generator.buffer(96 * 48), 96, 48)
      let dy = Matrix(generator.buffer(rows * 96), rows, 96)
      let parts = [0..<32, 32..<64, 64..<96].map { range in
        ReversedMap(
          packed(
            Matrix(
              FloatBuffer(weight.buffer.elements(in: range.lowerBound * 48..<range.upperBound * 48)), range.count, 48)),
          of: dy.columns(range))
      }
      let (one, several) = (Matrix.zeros(rows: rows, columns: 48), Matrix.zeros(rows: rows, columns: 48))
      inputGradient([try #require(ReversedMap(packed(weight), of: dy))], into: one)
      inputGradient(try parts.map { try #require($0) }, into: several)
      try expectSameBits(several.buffer.elements, one.buffer.elements)
    }
  }

  @Test func aWeightThatIsNotPackedForThemHasGradientsIn32Bits() throws {
    var generator = SeededGenerator(seed: 65)
    let weight = Matrix(generator.buffer(32 * 40), 32, 40)
    let dy = Matrix(generator.buffer(3 * 32), 3, 32)
    #expect(ReversedMap(LayerWeight(weight), of: dy) == nil)
    #expect(
      ReversedMap(LayerWeight(weight, packed: PackedWeight(weight, precision: .bfloat16)), of: dy) == nil)
    // The inputs are no whole panels; y is still of rounded numbers.
    #expect(packed(weight).packed != nil && ReversedMap(packed(weight), of: dy) == nil)
    // The weight has changed: its copy has other memory.
    let even = Matrix(generator.buffer(32 * 48), 32, 48)
    let other = LayerWeight(Matrix(even.buffer.copy(), 32, 48), packed: packed(even).packed)
    #expect(ReversedMap(packed(even), of: dy) != nil && ReversedMap(other, of: dy) == nil)
  }

  @Test func someOutputsHaveTheGradientsOfAWeightOfTheirOwn() throws {
    var generator = SeededGenerator(seed: 66)
    let weight = Matrix(generator.buffer(64 * 48), 64, 48)
    let copy = FloatBuffer(weight.buffer.elements(in: 16 * 48..<48 * 48))
    let part = try #require(packed(weight).packed?.rows(16..<48, copiedTo: copy))
    let dy = Matrix(generator.buffer(9 * 32), 9, 32)
    let (some, own) = (Matrix.zeros(rows: 9, columns: 48), Matrix.zeros(rows: 9, columns: 48))
    inputGradient(
      [try #require(ReversedMap(LayerWeight(Matrix(copy, 32, 48), packed: part), of: dy))], into: some)
    inputGradient([try #require(ReversedMap(packed(Matrix(copy, 32, 48)), of: dy))], into: own)
    try expectSameBits(some.buffer.elements, own.buffer.elements)
  }

  // MARK: - Feed-forward

  /// Every gradient of the blocks is near that in 32 bits, whichever others are wanted, and whichever rows are at once.
  @Test(arguments: [5, 130, 4500]) func feedForwardGradientsAreNearThoseIn32Bits(rows: Int) throws {
    var generator = SeededGenerator(seed: 67)
    let (width, inner) = (48, 96)
    let (up, gate, down) = (
      Matrix(generator.buffer(inner * width), inner, width), Matrix(generator.buffer(inner * width), inner, width),
      Matrix(generator.buffer(width * inner), width, inner)
    )
    let (upBias, downBias) = (generator.buffer(inner), generator.buffer(width))
    let (x, dy) = (
      Matrix(generator.buffer(rows * width), rows, width), Matrix(generator.buffer(rows * width), rows, width)
    )
    func plain(_ take: (Matrix) -> LayerWeight) -> FeedForwardKernel {
      FeedForwardKernel(
        inputWeight: take(up), inputBias: upBias, outputWeight: take(down), outputBias: downBias, activation: .gelu)
    }
    func gated(_ take: (Matrix) -> LayerWeight) -> GatedFeedForwardKernel {
      GatedFeedForwardKernel(
        input: [(take(gate), nil), (take(up), upBias)], gateIsFirst: true, outputWeight: take(down),
        outputBias: downBias, activation: .silu, mask: DropoutMask(key: 3, rate: 0.1))
    }
    func gradients(_ kernel: FeedForwardKernel, _ wanted: FeedForwardKernel.PerInput<Bool>) throws -> [FloatBuffer?] {
      let kept = try #require(kernel.forward(x, keepingPreActivation: true).preActivation)
      let found = kernel.backward(dy, x: x, preActivation: kept, wanted: wanted)
      return [found.x, found.inputWeight, found.inputBias, found.outputWeight, found.outputBias]
    }
    func gradients(
      _ kernel: GatedFeedForwardKernel, _ wanted: GatedFeedForwardKernel.PerInput<Bool>
    ) throws -> [FloatBuffer?] {
      let kept = try #require(kernel.forward(x, keepingPreActivation: true).preActivation)
      let found = kernel.backward(dy, x: x, preActivation: kept, wanted: wanted)
      return [found.x] + (found.input + [found.output]).flatMap { [$0.weight, $0.bias] }
    }
    let exact = try gradients(plain { LayerWeight($0) }, .all)
    let near = try gradients(plain(packed), .all)
    try expectNear(near, exact)
    let onlyOutput = try gradients(
      plain(packed),
      .init(x: false, inputWeight: false, inputBias: false, outputWeight: true, outputBias: false))
    try expectSameBits(try #require(onlyOutput[3]).elements, try #require(near[3]).elements)
    #expect(onlyOutput[0] == nil && onlyOutput[1] == nil)

    let exactGated = try gradients(gated { LayerWeight($0) }, .all(maps: 2))
    let nearGated = try gradients(gated(packed), .all(maps: 2))
    try expectNear(nearGated, exactGated)
    let none = GatedFeedForwardKernel.PerMap(weight: false, bias: false)
    let onlyOutputOfGated = try gradients(
      gated(packed), .init(x: false, input: [none, none], output: .init(weight: true, bias: false)))
    try expectSameBits(
      try #require(onlyOutputOfGated[5]).elements, try #require(nearGated[5]).elements)
  }

  /// The pre-activation is kept in half the memory.
  @Test func preActivationsAreKeptRounded() throws {
    var generator = SeededGenerator(seed: 68)
    let (up, down) = (Matrix(generator.buffer(96 * 48), 96, 48), Matrix(generator.buffer(48 * 96), 48, 96))
    for rows in [5, 300] {
      let x = Matrix(generator.buffer(rows * 48), rows, 48)
      let kernel = FeedForwardKernel(
        inputWeight: packed(up), inputBias: nil, outputWeight: packed(down), outputBias: nil, activation: .gelu)
      let (y, kept) = kernel.forward(x, keepingPreActivation: true)
      #expect(try #require(kept).count == rows * 48)
      try expectSameBits(kernel.forward(x, keepingPreActivation: false).y.elements, y.elements)
      let pre = Matrix.zeros(rows: rows, columns: 96)
      linear(x, weight: packed(up), bias: nil, into: pre)
      let restored = KeptRows(try #require(kept), columns: 96, isRounded: true).rows(0..<rows).buffer.elements
      let rounded = pre.buffer.elements.map { roundedToBFloat16(Lanes(repeating: $0))[0] }
      try expectSameBits(restored, rounded)
    }
  }

  /// Less than 1 % of the length of the gradient, where rounding each factor changes up to 0.4 % of it.
  private func expectNear(_ found: [FloatBuffer?], _ expected: [FloatBuffer?]) throws {
    #expect(found.count == expected.count)
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      guard let found, let expected else {
        #expect(found == nil && expected == nil)
        continue
      }
      let (a, b) = (found.elements.doubles, expected.elements.doubles)
      let distance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      let length = b.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(distance <= 0.01 * length, "gradient \(index): \(distance) of \(length)")
    }
  }
}
