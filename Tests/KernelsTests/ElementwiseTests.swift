import Kernels
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct ElementwiseTests {
  private static let sizes = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100, 257, 600, 32_767, 70_001]

  private static let functions:
    [(function: UnaryFunction, range: ClosedRange<Float>, exact: @Sendable (Double) -> Double)] = [
      (.negate, -9...9, { -$0 }), (.exponential, -20...20, { exp($0) }), (.logarithm, 0.01...100, { log($0) }),
      (.tanh, -10...10, { tanh($0) }), (.squareRoot, 0...100, { $0.squareRoot() }),
      (.sigmoid, -30...30, { 1 / (1 + exp(-$0)) }), (.softplus, -30...30, { log1p(exp($0)) }),
      (.relu, -2...2, { max($0, 0) }),
      (.absolute, -2...2, { abs($0) }), (.sign, -2...2, { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }),
      (.step, -2...2, { $0 > 0 ? 1 : 0 }),
    ]

  /// Eight roundings of the last place: what the polynomials and their compositions stay below.
  private static let relativeError = 8 * 0x1p-24

  @Test(arguments: functions.indices) func functionOfOneNumber(index: Int) throws {
    let (function, range, exact) = Self.functions[index]
    var generator = SeededGenerator(seed: 1)
    try withEvery("count", in: Self.sizes) { count in
      let x = generator.floats(count, in: range)
      let y = map(function, FloatBuffer(x)).elements
      try expect(y.count == count, "\(y.count) results")
      for (x, y) in zip(x, y) {
        let expected = exact(Double(x))
        try expect(
          abs(Double(y) - expected) <= Self.relativeError * abs(expected),
          "\(function)(\(x)) is \(y), expected \(expected)")
      }
    }
  }

  @Test func functionsAtZeroAndAtTheEnds() throws {
    let ends: [Float] = [0, -0.0, .infinity, -.infinity, .nan]
    let expected: [(UnaryFunction, [Float])] = [
      (.negate, [-0.0, 0, -.infinity, .infinity, .nan]), (.exponential, [1, 1, .infinity, 0, .nan]),
      (.logarithm, [-.infinity, -.infinity, .infinity, .nan, .nan]), (.tanh, [0, -0.0, 1, -1, .nan]),
      (.squareRoot, [0, -0.0, .infinity, .nan, .nan]), (.sigmoid, [0.5, 0.5, 1, 0, .nan]),
      (.relu, [0, 0, .infinity, 0, .nan]), (.absolute, [0, 0, .infinity, .infinity, .nan]),
      (.sign, [0, 0, 1, -1, 0]), (.step, [0, 0, 1, 0, 0]),
    ]
    for (function, expected) in expected {
      try expectClose(
        map(function, FloatBuffer(ends)).elements, expected.doubles, tolerance: 1e-37, floor: 1, "\(function)")
    }
    try expectClose(map(.softplus, FloatBuffer(ends)).elements, [log(2), log(2), .infinity, 0, .nan], "softplus")
  }

  @Test func affineEqualsPlainLoop() throws {
    var generator = SeededGenerator(seed: 2)
    try withEvery("count", in: Self.sizes) { count in
      let x = generator.floats(count)
      let y = affine(FloatBuffer(x), scale: -1.5, shift: 0.25)
      try expectClose(y.elements, x.map { Double($0) * -1.5 + 0.25 })
    }
  }

  private static let combinations: [(function: BinaryFunction, exact: @Sendable (Float, Float) -> Float)] = [
    (.add, { $0 + $1 }), (.subtract, { $0 - $1 }), (.multiply, { $0 * $1 }), (.divide, { $0 / $1 }),
    (.maximum, { $0 > $1 ? $0 : $1 }), (.notLess, { $0 >= $1 ? 1 : 0 }),
  ]

  /// One rounding each, so the bits are those of plain arithmetic.
  @Test func functionsOfTwoNumbers() throws {
    var generator = SeededGenerator(seed: 3)
    for (function, exact) in Self.combinations {
      try withEvery("\(function) of", in: Self.sizes) { count in
        let (x, y) = (generator.floats(count), generator.floats(count, in: 0.5...2))
        let expected = zip(x, y).map(exact)
        try expectSameBits(combine(function, FloatBuffer(x), FloatBuffer(y)).elements, expected)
        let target = FloatBuffer(x)
        addInPlace(target, FloatBuffer(y))
        try expectSameBits(target.elements, zip(x, y).map(+), "in place")
      }
    }
  }

  @Test func functionsOfTwoNumbersRepeatAlongDimensions() throws {
    let shapes: [([Int], [Int])] = [
      ([1], [5]), ([3, 1], [1, 4]), ([2, 3, 4], [1, 3, 1]), ([2, 1, 4], [1, 3, 1]), ([17, 33], [1, 33]),
      ([17, 33], [17, 1]),
      ([1, 1], [9, 600]), ([0, 3], [1, 3]), ([3, 0], [3, 1]), ([100, 257], [1, 257]), ([2, 3, 1, 5], [1, 3, 7, 1]),
      ([33_000, 1], [33_000, 2]), ([1, 1, 1], [1, 1, 1]),
    ]
    var generator = SeededGenerator(seed: 4)
    for (function, exact) in Self.combinations {
      try withEvery("\(function) of shapes", in: shapes) { a, b in
        try withEvery("exchanged", in: [false, true]) { isExchanged in
          let (first, second) = isExchanged ? (b, a) : (a, b)
          let shape = zip(a, b).map { $0 == 1 ? $1 : $0 }
          let x = generator.floats(first.reduce(1, *))
          let y = generator.floats(second.reduce(1, *), in: 0.5...2)
          let expected = DoubleTensor.combined(DoubleTensor(x, shape: first), DoubleTensor(y, shape: second)) {
            Double(exact(Float($0), Float($1)))
          }
          let found = combine(
            function, FloatBuffer(x), strides: Self.strides(of: first), FloatBuffer(y),
            strides: Self.strides(of: second),
            shape: shape)
          try expectSameBits(found.elements, expected.elements.map { Float($0) })
        }
      }
    }
  }

  /// Floats from one element to the next along each dimension, 0 where the size is 1.
  private static func strides(of shape: [Int]) -> [Int] {
    shape.indices.map { shape[$0] == 1 ? 0 : shape[($0 + 1)...].reduce(1, *) }
  }

  @Test func theLargerOfANumberAndNoneIsNone() {
    let (number, none) = (FloatBuffer(repeating: 1, count: 20), FloatBuffer(repeating: .nan, count: 20))
    #expect(combine(.maximum, number, none).elements.areAllNaN)
    #expect(combine(.maximum, none, number).elements.areAllNaN)
  }
}
