import Kernels
import TestSupport
import Testing

@Suite struct AdamWTests {
  /// Twenty steps over tensors of awkward sizes, each with its own rate and decay, against the formula in double precision.
  @Test func equalsTheFormula() throws {
    var generator = SeededGenerator(seed: 1)
    let sizes = [0, 1, 2, 15, 16, 17, 33, 257, 65_535, 65_536, 65_537, 131_073]
    let start = sizes.map { generator.floats($0) }
    let rates = sizes.indices.map { Float(1e-3) * Float($0 + 1) }
    let decays = sizes.indices.map { $0 % 2 == 0 ? Float(0) : 0.1 }
    let tensors = sizes.indices.map {
      (
        parameter: FloatBuffer(start[$0]), first: FloatBuffer(repeating: 0, count: sizes[$0]),
        second: FloatBuffer(repeating: 0, count: sizes[$0])
      )
    }
    var exact = start.map { $0.map { Exact(parameter: Double($0)) } }
    let scale = 0.25
    for step in 1...20 {
      let gradients = sizes.map { generator.floats($0) }
      adamWStep(
        sizes.indices.map {
          AdamWTensor(
            parameter: tensors[$0].parameter, gradient: FloatBuffer(gradients[$0]), firstMoment: tensors[$0].first,
            secondMoment: tensors[$0].second, rate: rates[$0], decay: decays[$0])
        }, step: step, firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8, gradientScale: Float(scale))
      for index in sizes.indices {
        for place in exact[index].indices {
          exact[index][place].step(
            step, gradient: Double(gradients[index][place]) * scale, rate: Double(rates[index]),
            decay: Double(decays[index]))
        }
      }
    }
    for index in sizes.indices {
      let exact = exact[index]
      // Steps of `rate` where the numerator and the denominator are good to 10⁻⁶, on parameters rounded twenty times.
      try expectClose(
        tensors[index].parameter.elements, exact.map(\.parameter), tolerance: 2e-6, floor: 1, "parameter \(index)")
      try expectClose(tensors[index].first.elements, exact.map(\.first), tolerance: 1e-6, "first moment \(index)")
      try expectClose(tensors[index].second.elements, exact.map(\.second), tolerance: 2e-6, "second moment \(index)")
    }
  }

  /// Kingma & Ba 2015, arXiv:1412.6980, algorithm 1, with decoupled decay.
  private struct Exact {
    var parameter: Double
    var first = 0.0
    var second = 0.0

    mutating func step(_ step: Int, gradient: Double, rate: Double, decay: Double) {
      parameter -= rate * decay * parameter
      first = 0.9 * first + 0.1 * gradient
      second = 0.999 * second + 0.001 * gradient * gradient
      let (first, second) = (first / (1 - power(0.9, step)), second / (1 - power(0.999, step)))
      parameter -= rate * first / (second.squareRoot() + 1e-8)
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
      (0..<exponent).reduce(1) { result, _ in result * base }
    }
  }

  /// Whatever the gradient's size, the first step has the size of the rate.
  @Test func firstStepHasTheSizeOfTheRate() throws {
    let parameter = FloatBuffer([1, 1, 1, 1])
    let zero = { FloatBuffer(repeating: 0, count: 4) }
    adamWStep(
      [
        AdamWTensor(
          parameter: parameter, gradient: FloatBuffer([1e-3, -1e-3, 1000, 0]), firstMoment: zero(),
          secondMoment: zero(),
          rate: 0.125, decay: 0)
      ], step: 1, firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8, gradientScale: 1)
    try expectClose(parameter.elements, [0.875, 1.125, 0.875, 1], tolerance: 1e-5)
  }

  /// Steps far into a run: the corrections are 1 and nothing overflows.
  @Test func lateStepsNeedNoCorrection() throws {
    let parameter = FloatBuffer([0])
    adamWStep(
      [
        AdamWTensor(
          parameter: parameter, gradient: FloatBuffer([0]), firstMoment: FloatBuffer([1]),
          secondMoment: FloatBuffer([4]),
          rate: 0.5, decay: 0)
      ], step: 10_000_000, firstDecay: 0.9, secondDecay: 0.999, epsilon: 0, gradientScale: 1)
    #expect(abs(parameter[0] + 0.5 * 0.9 / (4 * 0.999).squareRoot()) < 1e-6)
  }
}
