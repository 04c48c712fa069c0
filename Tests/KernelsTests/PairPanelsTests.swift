import TestSupport
import Testing

@testable import Kernels

/// Products of bfloat16 numbers: the same bits with each instruction, with 32-bit products, and by the definition.
@Suite struct PairPanelsTests {
  /// Rows, inner dimension and columns: one more and one less than lanes, tiles, bands and blocks.
  static let shapes = [
    (1, 1, 16), (2, 2, 16), (5, 3, 32), (6, 31, 16), (7, 32, 48), (12, 33, 16), (13, 384, 32), (25, 385, 16),
    (12, 767, 16), (97, 770, 16), (30, 1537, 32), (1, 1600, 16), (16, 64, 32), (17, 97, 48), (33, 100, 80),
    (64, 1600, 32),
  ]

  /// Numbers that meet every case of the rounding.
  enum Numbers: CaseIterable {
    case ordinary, tiny, denormal, huge, mixed

    func values(_ count: Int, _ generator: inout SeededGenerator) -> [Float] {
      (0..<count).map { _ in
        let unit = Float.random(in: -1...1, using: &generator)
        switch self {
        case .ordinary: return unit
        // Products and sums fall below the smallest normal number.
        case .tiny: return unit * 1e-19
        case .denormal: return unit * 3e-38
        case .huge: return unit * 2e19
        case .mixed:
          let special: [Float] = [0, -0.0, .infinity, -.infinity, .nan, 3.4e38, -3.4e38, .leastNonzeroMagnitude, 1]
          return Int.random(in: 0..<40, using: &generator) == 0
            ? special.randomElement(using: &generator) ?? 0 : unit * Float.random(in: 0...1e20, using: &generator)
        }
      }
    }
  }

  @Test(
    .enabled(if: Arithmetic.allOfPairs.count > 1, "this build and processor have no instruction for it"),
    arguments: Arithmetic.allOfPairs.filter { $0 != .emulated }, Numbers.allCases)
  func emulatedProductsHaveTheBitsOfInstructions(arithmetic: Arithmetic, numbers: Numbers) throws {
    var generator = SeededGenerator(seed: 31)
    try withEvery("rows, inner, columns", in: Self.shapes) { shape in
      try withEvery("transposed", in: [true, false]) { isTransposed in
        try withEvery("accumulate", in: [false, true]) { accumulate in
          let factors = Factors(shape, numbers, isTransposed: isTransposed, &generator)
          try expectSameNumbers(
            factors.product(.emulated, accumulate: accumulate), factors.product(arithmetic, accumulate: accumulate))
        }
      }
    }
  }

  @Test(arguments: Numbers.allCases) func productsFollowTheDefinition(numbers: Numbers) throws {
    var generator = SeededGenerator(seed: 32)
    try withEvery("rows, inner, columns", in: Self.shapes.filter { $0.0 * $0.1 * $0.2 < 60_000 }) { shape in
      try withEvery("transposed", in: [true, false]) { isTransposed in
        let factors = Factors(shape, numbers, isTransposed: isTransposed, &generator)
        for accumulate in [false, true] {
          try expectSameNumbers(
            factors.product(.ofPairs, accumulate: accumulate), factors.definition(accumulate: accumulate))
        }
      }
    }
  }

  /// The numbers of A are the same, read by columns, so the product has the bits of A B.
  @Test(arguments: Arithmetic.allOfPairs, Numbers.allCases)
  func transposedProductsAreTheSameSums(arithmetic: Arithmetic, numbers: Numbers) throws {
    var generator = SeededGenerator(seed: 33)
    try withEvery("rows, inner, columns", in: Self.shapes) { shape in
      try withEvery("accumulate", in: [false, true]) { accumulate in
        let factors = Factors(shape, numbers, isTransposed: false, &generator)
        try expectSameNumbers(
          factors.transposedProduct(arithmetic, accumulate: accumulate),
          factors.product(arithmetic, accumulate: accumulate))
      }
    }
  }

  /// A sum goes on from what C holds: pieces of whole steps are no boundary.
  @Test(arguments: Arithmetic.allOfPairs) func aProductInPiecesHasTheBitsOfAWhole(arithmetic: Arithmetic) throws {
    var generator = SeededGenerator(seed: 34)
    let (tokens, rows, columns) = (3301, 20, 32)
    let a = Matrix(generator.buffer(tokens * rows), tokens, rows)
    let b = Matrix(generator.buffer(tokens * columns), tokens, columns)
    func product(_ pieces: [Range<Int>]) -> [Float] {
      let c = Matrix(FloatBuffer(repeating: 0, count: rows * columns), rows, columns)
      for piece in pieces {
        PairPanels(b.rows(piece), isTransposed: false, arithmetic: arithmetic).multiply(
          transposed: a.rows(piece), into: c, accumulate: true)
      }
      return c.buffer.elements
    }
    try expectSameBits(product([0..<32, 32..<1600, 1600..<3301]), product([0..<tokens]))
  }

  @Test func roundingIsThatOfTheNearestNumber() throws {
    let cases: [(Float, Float)] = [
      (1, 1), (1 + 1 / 256, 1), (1 + 3 / 256, 1 + 1 / 64), (1 + 1.0001 / 256, 1 + 1 / 128), (-1 - 3 / 256, -1 - 1 / 64),
      (.greatestFiniteMagnitude, .infinity), (.leastNormalMagnitude / 4, 0), (-.leastNonzeroMagnitude, -0.0),
      (.leastNormalMagnitude, .leastNormalMagnitude),
      (.infinity, .infinity), (-.infinity, -.infinity), (0, 0),
    ]
    for (number, expected) in cases {
      #expect(roundedToBFloat16(Lanes(repeating: number))[3].bitPattern == expected.bitPattern, "\(number)")
      #expect(plainlyRounded(number).bitPattern == expected.bitPattern, "\(number)")
    }
    #expect(roundedToBFloat16(Lanes(repeating: .nan))[0].isNaN)
  }

  /// A · op(B), and numbers to add it to.
  private struct Factors {
    let a, b, start: [Float]
    let rows, inner, columns: Int
    let isTransposed: Bool

    init(
      _ shape: (rows: Int, inner: Int, columns: Int), _ numbers: Numbers, isTransposed: Bool,
      _ generator: inout SeededGenerator
    ) {
      (rows, inner, columns) = shape
      self.isTransposed = isTransposed
      a = numbers.values(rows * inner, &generator)
      b = numbers.values(inner * columns, &generator)
      start = generator.floats(rows * columns)
    }

    func product(_ arithmetic: Arithmetic, accumulate: Bool) -> [Float] {
      let matrix = Matrix(
        FloatBuffer(b), rows: isTransposed ? columns : inner, columns: isTransposed ? inner : columns)
      let panels = PairPanels(matrix, isTransposed: isTransposed, arithmetic: arithmetic)
      let c = Matrix(FloatBuffer(start), rows, columns)
      panels.multiply(
        panels.pack(Matrix(FloatBuffer(a), rows, inner)), columns: 0..<columns, bias: nil, into: c,
        accumulate: accumulate)
      return c.buffer.elements
    }

    /// The product of the same A, given as its transpose in the middle of a larger matrix.
    func transposedProduct(_ arithmetic: Arithmetic, accumulate: Bool) -> [Float] {
      let stride = rows + 3
      let wide = FloatBuffer(repeating: .nan, count: inner * stride)
      for row in 0..<rows {
        for k in 0..<inner { wide.base[k * stride + row + 2] = a[row * inner + k] }
      }
      let panels = PairPanels(Matrix(FloatBuffer(b), inner, columns), isTransposed: false, arithmetic: arithmetic)
      let c = Matrix(FloatBuffer(start), rows, columns)
      panels.multiply(
        transposed: Matrix(wide, rows: inner, columns: stride).columns(2..<2 + rows), into: c, accumulate: accumulate)
      return c.buffer.elements
    }

    /// Thirty-two numbers after the other, those of each parity in a chain.
    func definition(accumulate: Bool) -> [Float] {
      let (a, b) = (a.map(plainlyRounded), b.map(plainlyRounded))
      var result: [Float] = []
      for row in 0..<rows {
        for column in 0..<columns {
          var sum: Float = accumulate ? start[row * columns + column] : 0
          for first in stride(from: 0, to: inner, by: 32) {
            var chains: [Float] = [0, 0]
            for k in first..<first + 32 {
              let x = k < inner ? a[row * inner + k] : 0
              let y = k < inner ? b[isTransposed ? column * inner + k : k * columns + column] : 0
              chains[k % 2] = plainlyAdded(chains[k % 2], x, y)
            }
            sum = plainlyAdded(sum, plainlyAdded(chains[0], chains[1], 1), 1)
          }
          result.append(sum)
        }
      }
      return result
    }
  }
}

/// x rounded to eight significant bits, by way of its bits.
private func plainlyRounded(_ x: Float) -> Float {
  if x.isNaN || x.isInfinite { return x }
  if x.magnitude < .leastNormalMagnitude { return x.sign == .minus ? -0.0 : 0 }
  let unit = Double(x.ulp) * 65536
  let rounded = (Double(x) / unit).rounded(.toNearestOrEven) * unit
  return Float(rounded)
}

/// sum + x y, rounded once; 0 below the smallest normal number.
private func plainlyAdded(_ sum: Float, _ x: Float, _ y: Float) -> Float {
  // The product of two such numbers is exact in double precision, and so is the sum of those of one size.
  let result = sum.addingProduct(x, y)
  return result.magnitude < .leastNormalMagnitude ? (result.sign == .minus ? -0.0 : 0) : result
}

/// The same bits, or no number in both.
func expectSameNumbers(_ found: [Float], _ expected: [Float], file: StaticString = #fileID, line: UInt = #line) throws {
  let quiet = { (x: Float) in x.isNaN ? Float.nan : x }
  try expectSameBits(found.map(quiet), expected.map(quiet), file: file, line: line)
}
