import CInstructions

/// The right factor B of a product of bfloat16 numbers with sums in 32 bits, packed once.
///
///     s ← s + a₂ₖ₊₁ b₂ₖ₊₁        s ← s + a₂ₖ b₂ₖ        for k = 0, 1, …, each rounded
///
/// A sum is one chain over the whole inner dimension, whatever its blocks, and denormal numbers count as 0: that is what
/// VDPBF16PS does. So products by that instruction and by floats have the same bits, and those of a row depend on that
/// row alone. Sixteen rows of a panel are a tile of AMX as they are.
struct PairPanels: Sendable {
  let arithmetic: Arithmetic
  let order: PanelOrder
  let buffer: FloatBuffer

  /// Rounds and packs op(B).
  ///
  /// - Shape: B `[inner, columns]`, or `[columns, inner]` if it is transposed; `columns` a multiple of sixteen
  init(_ matrix: Matrix, isTransposed: Bool, arithmetic: Arithmetic = .ofPairs) {
    self.arithmetic = arithmetic
    let inner = isTransposed ? matrix.columns : matrix.rows
    order = PanelOrder(inner: (inner + 1) / 2, columns: isTransposed ? matrix.rows : matrix.columns)
    buffer = FloatBuffer(uninitialized: order.count)
    order.forEachPanel { place, block, column in
      let numbers = 2 * block.lowerBound..<min(inner, 2 * block.upperBound)
      let panel = buffer.base + place
      if isTransposed {
        let rows = FloatBuffer(uninitialized: laneCount * block.count)
        for row in 0..<laneCount {
          roundToPairs(
            matrix.base + (column + row) * matrix.stride + numbers.lowerBound, count: numbers.count,
            into: rows.base + row * block.count)
        }
        transposePanel(rows.base, stride: block.count, count: block.count, into: panel)
      } else {
        for pair in 0..<block.count {
          let number = numbers.lowerBound + 2 * pair
          let row = matrix.base + number * matrix.stride + column
          store(
            pairsOfRows(load(row), number + 1 < inner ? load(row + matrix.stride) : Lanes()), panel + pair * laneCount)
        }
      }
    }
  }

  /// Rounds rows of A.
  func pack(_ a: Matrix) -> PackedRows {
    require((a.columns + 1) / 2 == order.inner, "PairPanels: \(a.columns) columns for \(order.inner) pairs")
    let stride = order.inner * arithmetic.wordsOfPair
    let words = FloatBuffer(uninitialized: a.rows * stride)
    let round = arithmetic == .native ? roundToPairs : roundToSwappedFloats
    for row in 0..<a.rows { round(a.base + row * a.stride, a.columns, words.base + row * stride) }
    return PackedRows(count: a.rows, words: words, stride: stride)
  }

  /// C = A B + bias, or C += A B, in some of the columns, on the calling thread.
  ///
  /// - Parameters:
  ///   - columns: those of B; the bias and C begin with the first of them.
  ///   - bias: nil if C is added to.
  func multiply(
    _ a: PackedRows, columns: Range<Int>, bias: UnsafePointer<Float>?, into c: Matrix, accumulate: Bool = false
  ) {
    let tile = arithmetic == .native ? pairPanelTile : widenedPanelTile
    let words = arithmetic.wordsOfPair
    arithmetic.flushingDenormals {
      order.forEachTile(rows: a.count, columns: columns, of: buffer.base) { block, isFirst, panel, column, row, fetch in
        tile(
          a.words.base + row * a.stride + block.lowerBound * words, a.stride, panel,
          TileTarget(first: c.base + row * c.stride + column - columns.lowerBound, stride: c.stride),
          min(tileRows, a.count - row), block.count, isFirst ? bias.map { $0 + column - columns.lowerBound } : nil,
          accumulate || !isFirst ? .continuing : .replacing, fetch)
      }
    }
  }
}

extension Arithmetic {
  /// The faster arithmetic of pairs of bfloat16 numbers on this processor; both have the same bits.
  ///
  /// Zen 4 executes VDPBF16PS as fast as a fused multiply-add, which is twice the products; Sapphire Rapids takes four
  /// times as long for it, which is half of them. So the two tiles are timed once, in a fraction of a millisecond.
  static let ofPairs: Arithmetic = {
    guard hasPairInstructions else { return .emulated }
    let (rows, inner, columns) = (tileRows, PanelOrder.largestBlock, laneCount)
    let a = Matrix(FloatBuffer(repeating: 1, count: rows * inner), rows: rows, columns: inner)
    let b = Matrix(FloatBuffer(repeating: 1, count: inner * columns), rows: inner, columns: columns)
    let c = Matrix.uninitialized(rows: rows, columns: columns)
    func time(_ arithmetic: Arithmetic) -> Duration {
      let panels = PairPanels(b, isTransposed: false, arithmetic: arithmetic)
      let packed = panels.pack(a)
      // The least of several: whatever else runs only adds to it.
      return (0..<9).map { _ in
        ContinuousClock().measure {
          for _ in 0..<16 { panels.multiply(packed, columns: 0..<columns, bias: nil, into: c) }
        }
      }.min() ?? .zero
    }
    return time(.native) < time(.emulated) ? .native : .emulated
  }()

  /// True if this build can compute with pairs natively, be it fast or not.
  static var hasPairInstructions: Bool { hone_has_pair_products() }

  /// The words of a pair in a row of A.
  var wordsOfPair: Int { self == .native ? 1 : 2 }

  /// Calls `body` while this thread's arithmetic takes denormal numbers for 0, if the bits of native products need it.
  func flushingDenormals(_ body: () -> Void) {
    if self == .native { return body() }
    let before = hone_flush_denormals()
    body()
    hone_restore_arithmetic(before)
  }
}
