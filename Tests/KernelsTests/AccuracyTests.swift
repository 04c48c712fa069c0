import Kernels
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The polynomials against the C library in double precision, densely over the ranges where they do something.
@Suite struct AccuracyTests {
  @Test func exponentialIsGoodToThreeUnitsInTheLastPlace() throws {
    let count = 2_000_000
    let x = (0...count).map { Float(-86.999 + 175.7 * Double($0) / Double(count)) }
    let y = map(.exponential, FloatBuffer(x)).elements
    #expect(y.count == x.count)
    for (x, y) in zip(x, y) {
      let exact = exp(Double(x))
      let error = abs(Double(y) - exact) / Double(Float(exact).ulp)
      try expect(error <= 3, "e^\(x) is \(y), off by \(error) units in the last place")
    }
  }

  @Test func exponentialAtTheEnds() throws {
    // Below −87 a power is 0 rather than a subnormal number; above 88.72 it is no finite float.
    let x: [Float] = [0, 88.72283, 88.72284, 1000, .infinity, -87.00001, -1000, -.greatestFiniteMagnitude, -.infinity]
    let y = map(.exponential, FloatBuffer(x)).elements
    #expect(y[0] == 1)
    #expect(y[1].isFinite && y[1] > 3.4e38)
    try expectSameBits(Array(y[2...]), [.infinity, .infinity, .infinity, 0, 0, 0, 0])
    #expect(map(.exponential, FloatBuffer([.nan, -.nan]))[0].isNaN)
  }

  /// f(x) through a feed-forward block whose weights are 1.
  private func activated(_ x: [Float], _ activation: Activation) -> (y: [Float], derivative: [Float]) {
    let (one, zero) = (FloatBuffer([1]), FloatBuffer([0]))
    let kernel = FeedForwardKernel(
      inputWeight: Matrix(one, 1, 1), inputBias: zero, outputWeight: Matrix(one, 1, 1), outputBias: zero,
      activation: activation)
    let input = Matrix(FloatBuffer(x), x.count, 1)
    let (y, kept) = kernel.forward(input, keepingPreActivation: true)
    let ones = Matrix(FloatBuffer(repeating: 1, count: x.count), x.count, 1)
    let derivative = kept.flatMap { kernel.backward(ones, x: input, preActivation: $0, wanted: .all).x?.elements }
    return (y.elements, derivative ?? [])
  }

  /// The error of x · Φ(x) is measured against |x|, since Φ is the one's complement of a number near 1 on the left.
  @Test(arguments: Activation.allCases) func activations(activation: Activation) throws {
    let count = 400_000
    let x = (0...count).map { Float(-20 + 40 * Double($0) / Double(count)) }
    let (y, derivative) = activated(x, activation)
    for index in x.indices {
      let input = Double(x[index])
      let error = abs(Double(y[index]) - activation.value(input))
      try expect(
        error <= 3e-7 * abs(input), "\(activation)(\(x[index])) is \(y[index]), expected \(activation.value(input))")
      let slope = activation.derivative(input)
      try expect(
        abs(Double(derivative[index]) - slope) <= 2e-6,
        "\(activation)′(\(x[index])) is \(derivative[index]), expected \(slope)")
    }
  }

  @Test(arguments: Activation.allCases) func activationsFarOut(activation: Activation) throws {
    let x: [Float] = [0, 1e-30, -1e-30, 40, -40, 1e4, -1e4, 1e8, -1e8]
    let (y, derivative) = activated(x, activation)
    for index in x.indices {
      let input = Double(x[index])
      try expect(
        abs(Double(y[index]) - activation.value(input)) <= 3e-7 * abs(input),
        "\(activation)(\(x[index])) is \(y[index])")
    }
    try expectClose(
      Array(derivative[3...]), activation == .tanh ? [0, 0, 0, 0, 0, 0] : [1, 0, 1, 0, 1, 0], tolerance: 1e-6, floor: 1,
      "derivatives of \(activation)")
    let (none, slope) = activated([.nan, 1], activation)
    #expect(none[0].isNaN && !none[1].isNaN)
    #expect(activation == .relu || slope[0].isNaN)
  }

  /// erf through GELU: erf(x/√2) = 2 · GELU(x)/x − 1, good to the 3·10⁻⁷ of erf itself and three roundings.
  @Test func errorFunctionBehindTheActivation() throws {
    let count = 400_000
    let x = (0...count).map { Float(0.001 + 8 * Double($0) / Double(count)) }
    let y = activated(x, .gelu).y
    #expect(y.count == x.count)
    for (x, y) in zip(x, y) {
      let found = 2 * Double(y) / Double(x) - 1
      let exact = erf(Double(x) * 0.5.squareRoot())
      try expect(abs(found - exact) <= 5e-7, "erf of \(x)/√2 is \(found), expected \(exact)")
    }
  }
}
