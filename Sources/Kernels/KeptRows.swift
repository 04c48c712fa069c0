/// Rows that are kept from the forward to the reverse pass: as they are, or rounded to bfloat16 in half the memory.
struct KeptRows {
  /// `[count, columns]` floats, or `[count, columns / 2]` pairs.
  let buffer: FloatBuffer
  /// An even number if they are rounded.
  private let columns: Int
  private let isRounded: Bool

  /// Takes rows that were kept.
  init(_ buffer: FloatBuffer, columns: Int, isRounded: Bool) {
    (self.buffer, self.columns, self.isRounded) = (buffer, columns, isRounded)
  }

  /// Makes room for rows.
  init(count: Int, columns: Int, isRounded: Bool) {
    require(!isRounded || columns % 2 == 0, "KeptRows: \(columns) columns")
    self.init(
      FloatBuffer(uninitialized: count * columns / (isRounded ? 2 : 1)), columns: columns, isRounded: isRounded)
  }

  /// Keeps all rows of a matrix that fills its buffer.
  init(_ matrix: Matrix, isRounded: Bool) {
    if isRounded {
      self.init(count: matrix.rows, columns: matrix.columns, isRounded: true)
      round(matrix, from: 0)
    } else {
      self.init(matrix.buffer, columns: matrix.columns, isRounded: false)
    }
  }

  /// The place of some rows that are kept as they are; nil if they are rounded.
  func place(of range: Range<Int>) -> Matrix? {
    isRounded
      ? nil : Matrix(buffer, offset: range.lowerBound * columns, rows: range.count, columns: columns)
  }

  /// Rounds rows, the first of which is number `row`, on the calling thread; those that are kept as they are stand in
  /// their place already.
  func round(_ rows: Matrix, from row: Int) {
    if !isRounded { return }
    for index in 0..<rows.rows {
      roundToPairs(
        rows.base + index * rows.stride, count: columns, into: buffer.base + (row + index) * columns / 2)
    }
  }

  /// Some of the rows as floats: in their place, or if they are rounded in memory of their own.
  func rows(_ range: Range<Int>) -> Matrix {
    if let place = place(of: range) { return place }
    let result = Matrix.uninitialized(rows: range.count, columns: columns)
    parallelRows(range.count, width: columns) { part in
      widenPairs(
        buffer.base + (range.lowerBound + part.lowerBound) * columns / 2, count: part.count * columns,
        into: result.rows(part).base)
    }
    return result
  }
}
