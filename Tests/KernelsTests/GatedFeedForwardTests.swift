import Kernels
import TestSupport
import Testing

@Suite struct GatedFeedForwardTests {
  /// The input's weights: one map or two, the gate before the other half or behind it.
  enum Layout: CaseIterable { case gateFirst, gateLast, separate }

  /// 32 rows end the path for few rows, 96 make a band; 2,048 make a chunk of the reverse pass.
  @Test(arguments: [0, 1, 2, 3, 31, 32, 33, 65, 97, 193]) func equalsPlainLoops(rows: Int) throws {
    try withEvery("width, inner", in: [(1, 1), (7, 9), (16, 64), (17, 31), (32, 16)]) { width, inner in
      try withEvery("activation", in: Activation.allCases) { activation in
        try withEvery("layout", in: Layout.allCases) { layout in
          try check(rows: rows, width: width, inner: inner, activation, layout, mask: nil)
        }
      }
    }
  }

  @Test(arguments: Layout.allCases, [0, 31, 97] as [Int]) func dropoutIsThatOfTheMask(layout: Layout, rows: Int) throws
  {
    try check(rows: rows, width: 16, inner: 48, .silu, layout, mask: DropoutMask(key: 7, rate: 0.25))
    try check(rows: rows, width: 5, inner: 7, .gelu, layout, mask: DropoutMask(key: 8, rate: 0.5))
  }

  @Test(arguments: [2048, 2049, 4105]) func equalsPlainLoopsOverSeveralChunks(rows: Int) throws {
    try check(rows: rows, width: 6, inner: 10, .gelu, .gateFirst, mask: DropoutMask(key: 9, rate: 0.25))
    try check(rows: rows, width: 6, inner: 10, .silu, .separate, mask: nil)
  }

  private func check(
    rows: Int, width: Int, inner: Int, _ activation: Activation, _ layout: Layout, mask: DropoutMask?
  ) throws {
    var generator = SeededGenerator(seed: UInt64(rows))
    let x = generator.floats(rows * width, in: -2...2)
    let (gateWeight, gateBias) = (generator.floats(inner * width), generator.floats(inner))
    let (upWeight, upBias) = (generator.floats(inner * width), generator.floats(inner))
    let (w2, b2) = (generator.floats(width * inner), generator.floats(width))
    let dy = generator.floats(rows * width)
    let gateIsFirst = layout != .gateLast
    let halves =
      gateIsFirst ? [(gateWeight, gateBias), (upWeight, upBias)] : [(upWeight, upBias), (gateWeight, gateBias)]
    let packed = (halves.flatMap(\.0), halves.flatMap(\.1))
    let maps = layout == .separate ? halves : [packed]
    let kernel = GatedFeedForwardKernel(
      input: maps.map { weight, bias in
        (Matrix(FloatBuffer(weight), weight.count / width, width), FloatBuffer(bias))
      }, gateIsFirst: gateIsFirst, outputWeight: Matrix(FloatBuffer(w2), width, inner), outputBias: FloatBuffer(b2),
      activation: activation, mask: mask)
    let input = Matrix(FloatBuffer(x), rows, width)
    let (y, kept) = kernel.forward(input, keepingPreActivation: true)
    let (yAlone, nothing) = kernel.forward(input, keepingPreActivation: false)

    let exactX = DoubleTensor(x, shape: [rows, width])
    let exactW2 = DoubleTensor(w2, shape: [width, inner])
    let (wg, wu) = (DoubleTensor(gateWeight, shape: [inner, width]), DoubleTensor(upWeight, shape: [inner, width]))
    let gate = exactX.linear(weight: wg, bias: DoubleTensor(gateBias, shape: [inner]))
    let up = exactX.linear(weight: wu, bias: DoubleTensor(upBias, shape: [inner]))
    let factors = DoubleTensor(
      mask?.factors(count: rows * inner) ?? [Double](repeating: 1, count: rows * inner), shape: [rows, inner])
    let product = gate.mapped(activation.value) * up * factors
    let expected = product.linear(weight: exactW2, bias: DoubleTensor(b2, shape: [width]))
    try expectClose(y.elements, expected.elements, "y")
    try expectSameBits(yAlone.elements, y.elements, "y without keeping the pre-activation")
    try expect(nothing == nil, "a pre-activation is kept that nobody wants")
    guard let kept else { throw Lost.preActivation }
    try expectSameBits(kernel.preActivation(of: input).elements, kept.elements, "pre-activation computed once more")
    let both = DoubleTensor.concatenated(gateIsFirst ? [gate, up] : [up, gate], axis: 1)
    try expectClose(kept.elements, both.elements, "pre-activation")

    // The engine's own gate, so that the step of ReLU falls on the same side of 0.
    let seen = DoubleTensor(kept, rows: rows, columns: 2 * inner)
      .slice(gateIsFirst ? 0..<inner : inner..<2 * inner, axis: 1)
    let exactDy = DoubleTensor(dy, shape: [rows, width])
    let dProduct = exactDy.matmul(exactW2) * factors
    let dGate = dProduct * up * seen.mapped(activation.derivative)
    let dUp = dProduct * gate.mapped(activation.value)
    let found = kernel.backward(
      Matrix(FloatBuffer(dy), rows, width), x: input, preActivation: kept, wanted: .all(maps: maps.count))
    let floor = max(1, Double(rows).squareRoot())
    try expectClose(found.x?.elements ?? [], (dGate.matmul(wg) + dUp.matmul(wu)).elements, "dx")
    let parts = gateIsFirst ? [dGate, dUp] : [dUp, dGate]
    try expectClose(
      found.input.flatMap { $0.weight?.elements ?? [] }, parts.flatMap { $0.transposed.matmul(exactX).elements },
      floor: floor, "dW of the input")
    try expectClose(
      found.input.flatMap { $0.bias?.elements ?? [] }, parts.flatMap { $0.sum(axis: 0).elements }, floor: floor,
      "db of the input")
    try expectClose(
      found.output.weight?.elements ?? [], exactDy.transposed.matmul(product).elements, floor: floor, "dW₂")
    try expectClose(found.output.bias?.elements ?? [], exactDy.sum(axis: 0).elements, floor: floor, "db₂")
  }

  /// Each gradient has the same bits whichever others are wanted, and nothing is read that only unwanted ones need.
  @Test(arguments: Layout.allCases, Activation.allCases)
  func onlyWantedGradientsAreComputed(_ layout: Layout, _ activation: Activation) throws {
    var generator = SeededGenerator(seed: 5)
    // Enough rows for several bands; the widths are those of packed products.
    let (rows, width, inner) = (250, 32, 64)
    func matrix(_ rows: Int, _ columns: Int) -> Matrix {
      Matrix(FloatBuffer(generator.floats(rows * columns)), rows, columns)
    }
    let (x, dy, outputWeight) = (matrix(rows, width), matrix(rows, width), matrix(width, inner))
    let weights = layout == .separate ? [matrix(inner, width), matrix(inner, width)] : [matrix(2 * inner, width)]
    let nothing = Matrix(FloatBuffer(repeating: .nan, count: rows * width), rows, width)
    func gradients(_ isWanted: [Bool]) throws -> [[Float]?] {
      func kernel(poisoned: Bool) -> GatedFeedForwardKernel {
        GatedFeedForwardKernel(
          input: weights.map { weight in
            let none = FloatBuffer(repeating: .nan, count: weight.rows * width)
            return (poisoned ? Matrix(none, weight.rows, width) : weight, nil)
          }, gateIsFirst: layout != .gateLast, outputWeight: outputWeight, outputBias: nil, activation: activation,
          mask: DropoutMask(key: 3, rate: 0.25))
      }
      guard let kept = kernel(poisoned: false).forward(x, keepingPreActivation: true).preActivation else {
        throw Lost.preActivation
      }
      let maps = weights.indices.map {
        GatedFeedForwardKernel.PerMap(weight: isWanted[3 + 2 * $0], bias: isWanted[4 + 2 * $0])
      }
      // The input's weights are needed for dx only, x for their gradients only.
      let found = kernel(poisoned: !isWanted[0]).backward(
        dy, x: maps.contains(where: \.weight) ? x : nothing, preActivation: kept,
        wanted: .init(x: isWanted[0], input: maps, output: .init(weight: isWanted[1], bias: isWanted[2])))
      return ([found.x, found.output.weight, found.output.bias] + found.input.flatMap { [$0.weight, $0.bias] })
        .map { $0?.elements }
    }
    let count = 3 + 2 * weights.count
    let all = try gradients(Array(repeating: true, count: count))
    for choice in 0..<1 << count {
      let isWanted = (0..<count).map { choice >> $0 & 1 == 1 }
      let found = try gradients(isWanted)
      try #require(found.count == count)
      for index in 0..<count {
        try expect((found[index] != nil) == isWanted[index], "choice \(choice): gradient \(index)")
        if let elements = found[index] {
          try expectSameBits(elements, all[index] ?? [], "choice \(choice): gradient \(index)")
        }
      }
    }
  }

  private enum Lost: Error { case preActivation }
}
