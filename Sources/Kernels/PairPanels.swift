/// The right factor B of a product of bfloat16 numbers with sums in 32 bits, packed once.
///
///     s ← s + a₂ₖ₊₁ b₂ₖ₊₁        s ← s + a₂ₖ b₂ₖ        for k = 0, 1, …, each rounded
///
/// A sum is one chain over the whole inner dimension, whatever its blocks, and denormal numbers count as 0: that is what
/// Intel's VDPBF16PS does. So native and emulated products have the same bits, and those of a row depend on that row
/// alone.
struct PairPanels: Sendable {
  private let arithmetic: Arithmetic
  private let order: PanelOrder
  private let buffer: FloatBuffer

  /// Rounds and packs op(B).
  ///
  /// - Shape: B `[inner, columns]`, or `[columns, inner]` if it is transposed; `columns` a multiple of sixteen
  init(_ matrix: Matrix, isTransposed: Bool, arithmetic: Arithmetic = .ofPairs) {
    self.arithmetic = arithmetic
    let words = arithmetic.wordsOfPair
    let inner = isTransposed ? matrix.columns : matrix.rows
    order = PanelOrder(
      inner: (inner + 1) / 2 * words, columns: isTransposed ? matrix.rows : matrix.columns, unit: words)
    buffer = FloatBuffer(uninitialized: order.count)
    order.forEachPanel { place, block, column in
      let numbers = block.lowerBound / words * 2..<min(inner, block.upperBound / words * 2)
      if isTransposed {
        packRows(
          matrix.base + column * matrix.stride + numbers.lowerBound, stride: matrix.stride, count: numbers.count,
          words: block.count, into: buffer.base + place)
      } else {
        for number in Swift.stride(from: numbers.lowerBound, to: numbers.upperBound, by: 2) {
          let row = matrix.base + number * matrix.stride + column
          arithmetic.roundColumns(
            load(row), number + 1 < inner ? load(row + matrix.stride) : Lanes(),
            into: buffer.base + place + (number - numbers.lowerBound) / 2 * words * laneCount)
        }
      }
    }
  }

  private func packRows(
    _ source: UnsafePointer<Float>, stride: Int, count: Int, words: Int, into panel: UnsafeMutablePointer<Float>
  ) {
    let rows = FloatBuffer(uninitialized: laneCount * words)
    for row in 0..<laneCount {
      arithmetic.roundRow(source + row * stride, count: count, into: rows.base + row * words)
    }
    transposePanel(rows.base, stride: words, count: words, into: panel)
  }

  /// Rounds rows of A.
  func pack(_ a: Matrix) -> PackedRows {
    let stride = order.inner
    let words = FloatBuffer(uninitialized: a.rows * stride)
    for row in 0..<a.rows {
      arithmetic.roundRow(a.base + row * a.stride, count: a.columns, into: words.base + row * stride)
    }
    return PackedRows(count: a.rows, words: words, stride: stride)
  }

  /// C = A B + bias, or C += A B, in some of the columns, on the calling thread.
  ///
  /// - Parameters:
  ///   - columns: those of B; the bias and C begin with the first of them.
  ///   - bias: nil if C is added to.
  func multiply(_ a: PackedRows, columns: Range<Int>, bias: UnsafePointer<Float>?, into c: Matrix, accumulate: Bool = false) {
    let tile = arithmetic == .native ? pairPanelTile : panelTile
    arithmetic.flushingDenormals {
      order.forEachTile(rows: a.count, columns: columns, of: buffer.base) { block, isFirst, panel, column, row, fetch in
        tile(
          a.words.base + row * a.stride + block.lowerBound, a.stride, panel,
          TileTarget(first: c.base + row * c.stride + column - columns.lowerBound, stride: c.stride),
          min(tileRows, a.count - row), block.count,
          isFirst ? bias.map { $0 + column - columns.lowerBound } : nil,
          accumulate || !isFirst ? .continuing : .replacing, fetch)
      }
    }
  }
}
