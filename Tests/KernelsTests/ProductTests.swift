import Kernels
import TestSupport
import Testing

@Suite struct ProductTests {
  @Test func smallProductsOfEveryShape() throws {
    let sizes = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33]
    var generator = SeededGenerator(seed: 1)
    try withEvery("rows", in: sizes) { rows in
      try withEvery("inner", in: sizes) { inner in
        try withEvery("columns", in: sizes) { columns in
          try checkProducts(rows: rows, inner: inner, columns: columns, &generator)
        }
      }
    }
  }

  @Test func largeProducts() throws {
    var generator = SeededGenerator(seed: 2)
    let shapes = [
      (600, 65, 100), (257, 600, 33), (64, 1, 600), (1, 600, 257), (2, 257, 600), (513, 64, 65), (100, 600, 384),
      (65, 257, 600), (1030, 17, 9), (8, 100, 1025),
      // Whole panels: one row and one of the inner dimension more or less than tiles, bands, blocks and pieces.
      (33, 16, 16), (47, 383, 32), (49, 385, 48), (96, 384, 16), (97, 769, 64), (40, 1537, 32), (61, 3075, 16),
    ]
    try withEvery("rows, inner, columns", in: shapes) { rows, inner, columns in
      try checkProducts(rows: rows, inner: inner, columns: columns, &generator)
    }
  }

  /// Every transposition, from and into parts of larger buffers, replacing and accumulating.
  private func checkProducts(rows: Int, inner: Int, columns: Int, _ generator: inout SeededGenerator) throws {
    let a = DoubleTensor(generator.floats(rows * inner), shape: [rows, inner])
    let b = DoubleTensor(generator.floats(inner * columns), shape: [inner, columns])
    let product = a.matmul(b).elements
    try withEvery("transposition of the first", in: [false, true]) { transposeA in
      try withEvery("of the second", in: [false, true]) { transposeB in
        try withEvery("accumulate", in: [false, true]) { accumulate in
          // Replacing must not read what is there, be it not a number.
          let start: Float = accumulate ? 0.5 : .nan
          let scale: Float = accumulate ? -0.75 : 1
          let (c, buffer) = embeddedTarget(rows: rows, columns: columns, filling: start)
          multiply(
            embedded(transposeA ? a.transposed : a), embedded(transposeB ? b.transposed : b),
            transposeFirst: transposeA, transposeSecond: transposeB, into: c, accumulate: accumulate, scale: scale)
          let (inside, outside) = split(buffer, rows: rows, columns: columns)
          try expectClose(
            inside, product.map { $0 * Double(scale) + (accumulate ? 0.5 : 0) },
            floor: max(1, Double(inner).squareRoot()))
          try expectSameBits(outside, [Float](repeating: start, count: outside.count), "elements around")
        }
      }
    }
  }

  /// Some columns of the first factor give the same bits as all, which is what a frozen weight beside a trained one relies on.
  @Test func rowsOfPackedProductsAreIndependent() throws {
    var generator = SeededGenerator(seed: 4)
    var checked = 0
    for (tokens, columns) in [(16, 16), (100, 48), (1600, 32), (3100, 384)] {
      let rows = 144
      let a = Matrix(FloatBuffer(generator.floats(tokens * rows)), tokens, rows)
      let b = Matrix(FloatBuffer(generator.floats(tokens * columns)), tokens, columns)
      func product(_ range: Range<Int>) -> [Float] {
        let c = FloatBuffer(repeating: .nan, count: range.count * columns)
        multiply(a.columns(range), b, transposeFirst: true, into: Matrix(c, range.count, columns))
        return c.elements
      }
      let all = product(0..<rows)
      for range in [0..<33, 1..<48, 7..<100, 48..<96, 96..<144, 100..<144]
      where rowsAreIndependent(rows: range.count, columns: columns, inner: tokens) {
        try expectSameBits(
          product(range), Array(all[range.lowerBound * columns..<range.upperBound * columns]),
          "\(range) of \(tokens) × \(columns)")
        checked += 1
      }
    }
    #expect(checked == (rowsAreIndependent(rows: 33, columns: 16, inner: 16) ? 24 : 0))
    #expect(!rowsAreIndependent(rows: fewestIndependentRows - 1, columns: 16, inner: 16))
    #expect(!rowsAreIndependent(rows: 100, columns: 17, inner: 16))
  }

  private func embedded(_ matrix: DoubleTensor) -> Matrix {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let (result, buffer) = embeddedTarget(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns { buffer[5 + row * (columns + 3) + column] = Float(matrix[row, column]) }
    }
    return result
  }

  @Test(arguments: [0, 1, 2, 3, 17, 64, 65, 511, 512, 513, 1025, 2048])
  func columnSumsOfPartOfABuffer(rows: Int) throws {
    var generator = SeededGenerator(seed: 3)
    try withEvery("columns", in: [1, 2, 15, 16, 17, 33, 100]) { columns in
      let (matrix, elements) = generator.embeddedMatrix(rows: rows, columns: columns)
      let expected = DoubleTensor(elements, shape: [rows, columns]).sum(axis: 0).elements
      try expectClose(columnSums(matrix).elements, expected, floor: max(1, Double(rows).squareRoot()))
    }
  }
}
