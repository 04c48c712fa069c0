import Kernels
import TestSupport
import Testing

@Suite struct ReductionTests {
  private static let widths = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100, 257, 600]

  @Test(arguments: [0, 1, 2, 3, 17, 65]) func rowsEqualPlainLoops(rows: Int) throws {
    var generator = SeededGenerator(seed: 1)
    try withEvery("width", in: Self.widths) { width in
      let x = generator.floats(rows * width, in: -5...5)
      let (buffer, exact) = (FloatBuffer(x), DoubleTensor(x, shape: [rows, width]))
      try expectClose(softmaxRows(buffer, rows: rows, width: width).elements, exact.softmax().elements, "softmax")
      try expectClose(
        logSumExpRows(buffer, rows: rows, width: width).elements, exact.logSumExp().elements, "log-sum-exp")
      let (normalized, inverses) = normalizeRows(buffer, rows: rows, width: width, epsilon: 1e-12)
      try expectClose(normalized.elements, exact.normalizedRows().elements, "normalized rows")
      let lengths = (0..<rows).map { exact.row($0).reduce(0) { $0 + $1 * $1 }.squareRoot() }
      try expectClose(inverses.elements, lengths.map { 1 / $0 }, "inverse lengths")
      let (values, indices) = largestOfRows(buffer, rows: rows, width: width)
      let largest = (0..<rows).map { row in x[row * width..<(row + 1) * width].max() ?? 0 }
      try expectSameBits(values.elements, largest, "largest")
      try expectSameBits((0..<rows).map { x[$0 * width + Int(indices[$0])] }, largest, "elements at the indices")
    }
  }

  @Test func sumsOfTheMiddleEqualPlainLoops() throws {
    var generator = SeededGenerator(seed: 2)
    try withEvery("outer", in: [0, 1, 2, 3, 17]) { outer in
      try withEvery("reduced", in: [0, 1, 2, 16, 33, 600]) { reduced in
        try withEvery("inner", in: [1, 2, 15, 16, 17, 65]) { inner in
          let x = generator.floats(outer * reduced * inner)
          let expected = DoubleTensor(x, shape: [outer, reduced, inner]).sum(axis: 1)
          let found = sumMiddle(FloatBuffer(x), outer: outer, reduced: reduced, inner: inner)
          try expectClose(found.elements, expected.elements, floor: max(1, Double(reduced).squareRoot()))
        }
      }
    }
  }

  @Test(arguments: [0, 1, 15, 17, 100, 16_384, 16_385, 70_001]) func sumOfSquaresEqualsPlainLoop(count: Int) throws {
    var generator = SeededGenerator(seed: 3)
    let x = generator.floats(count)
    let expected = x.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(sumOfSquares(FloatBuffer(x)) - expected) <= 1e-6 * expected)
  }

  /// Rows that begin in the middle of lanes and chunks included.
  @Test(arguments: [(3, 1), (40, 5), (70_001, 1), (1000, 20), (90, 384), (5000, 16), (7, 30_001)])
  func sumOfSquaresOfSomeRowsHasTheBitsOfTheWhole(tableRows: Int, width: Int) {
    var generator = SeededGenerator(seed: 7)
    for share in [0, 0.1, 0.7, 1] {
      let rows = (0..<Int32(tableRows)).filter { _ in Double.random(in: 0..<1, using: &generator) < share }
      let some = generator.floats(rows.count * width)
      var whole = [Float](repeating: 0, count: tableRows * width)
      for (index, row) in rows.enumerated() {
        whole.replaceSubrange(
          Int(row) * width..<(Int(row) + 1) * width, with: some[index * width..<(index + 1) * width])
      }
      let sum = sumOfSquares(FloatBuffer(some), rows: rows, of: tableRows, width: width)
      #expect(sum == sumOfSquares(FloatBuffer(whole)), "\(rows.count) of \(tableRows) rows")
      #expect(share < 1 || sum > 0)
    }
  }

  @Test func sumOfSquaresIsFiniteOnlyWhereItFits() {
    for (index, value) in [Float.nan, .infinity, -.infinity, 1e20].enumerated() {
      var x = [Float](repeating: 1, count: 40_000)
      x[index * 10_007 + 39] = value
      #expect(!sumOfSquares(FloatBuffer(x)).isFinite, "with one \(value)")
    }
    // Chunks are added in double precision: a total beyond the largest float is no infinity.
    #expect(sumOfSquares(FloatBuffer([Float](repeating: 1e18, count: 100_000))) > 9e40)
  }

  @Test func firstOfEqualsIsTheLargest() {
    let (values, indices) = largestOfRows(FloatBuffer([1, 3, 3, 2, 5, 5, 5, 5]), rows: 2, width: 4)
    #expect(values.elements == [3, 5])
    #expect(indices == [1, 0])
  }

  @Test func softmaxAndLogSumExpDoNotOverflow() throws {
    let x: [Float] = [-1e30, 0, 500, 500, 88, 89, 90, 91, -3e38, -3e38, -3e38, -3e38]
    let exact = DoubleTensor(x, shape: [3, 4])
    try expectClose(softmaxRows(FloatBuffer(x), rows: 3, width: 4).elements, exact.softmax().elements)
    try expectClose(
      Array(logSumExpRows(FloatBuffer(x), rows: 3, width: 4).elements[..<2]), [500.6931471805599, 91.4401896985611])
  }

  /// How masked scores are written: e^−∞ is exactly 0.
  @Test func minusInfinityHasNoShare() throws {
    let masked = softmaxRows(FloatBuffer([0, -.infinity, 0, -.infinity]), rows: 1, width: 4).elements
    try expectSameBits(masked, [0.5, 0, 0.5, 0])
    let sums = logSumExpRows(FloatBuffer([-.infinity, 2, -.infinity, -.infinity]), rows: 2, width: 2).elements
    try expectSameBits(sums, [2, -.infinity])
  }

  @Test(arguments: [0, 5, 16, 19]) func notANumberReachesTheResult(column: Int) {
    var row = [Float](repeating: 1, count: 20)
    row[column] = .nan
    #expect(softmaxRows(FloatBuffer(row), rows: 1, width: 20).elements.areAllNaN)
    #expect(logSumExpRows(FloatBuffer(row), rows: 1, width: 20)[0].isNaN)
    #expect(normalizeRows(FloatBuffer(row), rows: 1, width: 20, epsilon: 1e-12).y.elements.areAllNaN)
    #expect(sumMiddle(FloatBuffer(row), outer: 1, reduced: 20, inner: 1)[0].isNaN)
    #expect(largestOfRows(FloatBuffer(row), rows: 1, width: 20).values[0].isNaN)
  }

  @Test func rowsOfLengthZeroStayZero() throws {
    let (y, inverses) = normalizeRows(FloatBuffer(repeating: 0, count: 6), rows: 2, width: 3, epsilon: 1e-12)
    try expectSameBits(y.elements, [0, 0, 0, 0, 0, 0])
    #expect(inverses.elements.areAllFinite)
  }
}
