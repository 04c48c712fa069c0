import Kernels
import TestSupport
import Testing

@Suite struct FeedForwardTests {
  /// 32 rows end the path for few rows, 192 make a band; 2,048 make a chunk of the reverse pass.
  @Test(arguments: [0, 1, 2, 3, 31, 32, 33, 65, 191, 193, 385])
  func equalsPlainLoops(rows: Int) throws {
    try withEvery("width, inner", in: [(1, 1), (7, 9), (16, 64), (17, 31), (32, 16)]) { width, inner in
      try withEvery("activation", in: Activation.allCases) { activation in
        try check(rows: rows, width: width, inner: inner, activation)
      }
    }
  }

  @Test(arguments: [2048, 2049, 4105]) func equalsPlainLoopsOverSeveralChunks(rows: Int) throws {
    try check(rows: rows, width: 6, inner: 10, .gelu)
  }

  private func check(rows: Int, width: Int, inner: Int, _ activation: Activation) throws {
    var generator = SeededGenerator(seed: UInt64(rows))
    let x = generator.floats(rows * width, in: -2...2)
    let (w1, b1) = (generator.floats(inner * width), generator.floats(inner))
    let (w2, b2) = (generator.floats(width * inner), generator.floats(width))
    let dy = generator.floats(rows * width)
    let kernel = FeedForwardKernel(
      inputWeight: Matrix(FloatBuffer(w1), inner, width), inputBias: FloatBuffer(b1),
      outputWeight: Matrix(FloatBuffer(w2), width, inner), outputBias: FloatBuffer(b2), activation: activation)
    let input = Matrix(FloatBuffer(x), rows, width)
    let (y, kept) = kernel.forward(input, keepingPreActivation: true)
    let (yAlone, nothing) = kernel.forward(input, keepingPreActivation: false)

    let exactX = DoubleTensor(x, shape: [rows, width])
    let exactW1 = DoubleTensor(w1, shape: [inner, width])
    let exactW2 = DoubleTensor(w2, shape: [width, inner])
    let pre = exactX.linear(weight: exactW1, bias: DoubleTensor(b1, shape: [inner]))
    let active = pre.mapped(activation.value)
    let expected = active.linear(weight: exactW2, bias: DoubleTensor(b2, shape: [width]))
    try expectClose(y.elements, expected.elements, "y")
    try expectSameBits(yAlone.elements, y.elements, "y without keeping the pre-activation")
    try expect(nothing == nil, "a pre-activation is kept that nobody wants")
    guard let kept else { throw Lost.preActivation }
    try expectClose(kept.elements, pre.elements, "pre-activation")
    try expectSameBits(kernel.preActivation(of: input).elements, kept.elements, "pre-activation computed once more")

    // The engine's own pre-activation, so that the step of ReLU falls on the same side of 0.
    let seen = DoubleTensor(kept, rows: rows, columns: inner)
    let exactDy = DoubleTensor(dy, shape: [rows, width])
    let dPre = exactDy.matmul(exactW2) * seen.mapped(activation.derivative)
    let found = kernel.backward(Matrix(FloatBuffer(dy), rows, width), x: input, preActivation: kept, wanted: .all)
    let floor = max(1, Double(rows).squareRoot())
    try expectClose(found.x?.elements ?? [], dPre.matmul(exactW1).elements, "dx")
    try expectClose(found.inputWeight?.elements ?? [], dPre.transposed.matmul(exactX).elements, floor: floor, "dW₁")
    try expectClose(found.inputBias?.elements ?? [], dPre.sum(axis: 0).elements, floor: floor, "db₁")
    try expectClose(found.outputWeight?.elements ?? [], exactDy.transposed.matmul(active).elements, floor: floor, "dW₂")
    try expectClose(found.outputBias?.elements ?? [], exactDy.sum(axis: 0).elements, floor: floor, "db₂")
  }

  /// Each gradient has the same bits whichever others are wanted, and nothing is read that only unwanted ones need.
  @Test(arguments: Activation.allCases) func onlyWantedGradientsAreComputed(_ activation: Activation) throws {
    var generator = SeededGenerator(seed: 5)
    // Enough rows for several bands; the widths are those of packed products.
    let (rows, width, inner) = (250, 32, 64)
    func matrix(_ rows: Int, _ columns: Int) -> Matrix {
      Matrix(FloatBuffer(generator.floats(rows * columns)), rows, columns)
    }
    let (x, dy) = (matrix(rows, width), matrix(rows, width))
    let (inputWeight, outputWeight) = (matrix(inner, width), matrix(width, inner))
    let nothing = Matrix(FloatBuffer(repeating: .nan, count: rows * width), rows, width)
    func gradients(_ wanted: FeedForwardKernel.PerInput<Bool>) throws -> [[Float]?] {
      func kernel(_ inputWeight: Matrix) -> FeedForwardKernel {
        FeedForwardKernel(
          inputWeight: inputWeight, inputBias: nil, outputWeight: outputWeight, outputBias: nil, activation: activation)
      }
      guard let kept = kernel(inputWeight).forward(x, keepingPreActivation: true).preActivation else {
        throw Lost.preActivation
      }
      // W₁ is needed for dx only, x for dW₁ only.
      let poisoned = Matrix(FloatBuffer(repeating: .nan, count: inner * width), inner, width)
      let found = kernel(wanted.x ? inputWeight : poisoned).backward(
        dy, x: wanted.inputWeight ? x : nothing, preActivation: kept, wanted: wanted)
      return [found.x, found.inputWeight, found.inputBias, found.outputWeight, found.outputBias]
        .map { $0?.elements }
    }
    let all = try gradients(.all)
    var checked = 0
    for choice in 0..<32 {
      let isWanted = (0..<5).map { choice >> $0 & 1 == 1 }
      let found = try gradients(
        .init(
          x: isWanted[0], inputWeight: isWanted[1], inputBias: isWanted[2], outputWeight: isWanted[3],
          outputBias: isWanted[4]))
      for index in 0..<5 {
        try expect((found[index] != nil) == isWanted[index], "choice \(choice): gradient \(index)")
        if let elements = found[index] {
          try expectSameBits(elements, all[index] ?? [], "choice \(choice): gradient \(index)")
          checked += 1
        }
      }
    }
    #expect(checked == 80)
  }

  private enum Lost: Error { case preActivation }
}
