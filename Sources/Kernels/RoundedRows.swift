/// Rows that are kept from the forward to the reverse pass rounded to bfloat16, in half the memory.
struct RoundedRows {
  /// `[count, columns / 2]` pairs.
  let buffer: FloatBuffer
  /// An even number.
  private let columns: Int

  /// Takes rows that were rounded.
  init(_ buffer: FloatBuffer, columns: Int) { (self.buffer, self.columns) = (buffer, columns) }

  /// Makes room for rows.
  init(count: Int, columns: Int) {
    require(columns % 2 == 0, "RoundedRows: \(columns) columns")
    self.init(FloatBuffer(uninitialized: count * columns / 2), columns: columns)
  }

  /// Rounds all rows of a matrix.
  init(_ matrix: Matrix) {
    self.init(count: matrix.rows, columns: matrix.columns)
    keep(matrix, from: 0)
  }

  /// Rounds rows, the first of which is number `row`, on the calling thread.
  func keep(_ rows: Matrix, from row: Int) {
    for index in 0..<rows.rows {
      roundToPairs(
        rows.base + index * rows.stride, count: columns, into: buffer.base + (row + index) * columns / 2)
    }
  }

  /// Some of the rows as floats, in memory of their own.
  func rows(_ range: Range<Int>) -> Matrix {
    let result = Matrix.uninitialized(rows: range.count, columns: columns)
    parallelRows(range.count, width: columns) { part in
      widenPairs(
        buffer.base + (range.lowerBound + part.lowerBound) * columns / 2, count: part.count * columns,
        into: result.rows(part).base)
    }
    return result
  }
}
