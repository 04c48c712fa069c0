import CInstructions

/// The right factor B of a product of bfloat16 numbers with sums in 32 bits, packed once.
///
///     e ← e + a₂ₖ b₂ₖ        o ← o + a₂ₖ₊₁ b₂ₖ₊₁        for k = 0, 1, …, 15, from 0
///     s ← s + (e + o)                                     for each such thirty-two numbers of the inner dimension
///
/// Every sum is rounded, and denormal numbers count as 0: that is what TDPBF16PS of AMX does in one instruction. A chain
/// is two numbers at a time for VDPBF16PS, and one for floats, so that products by matrix tiles, by lanes and by floats
/// have the same bits, and those of a row depend on that row alone.
struct PairPanels: Sendable {
  /// The numbers of the inner dimension that a chain of sums takes before the two chains meet.
  static let step = 2 * laneCount

  let arithmetic: Arithmetic
  let order: PanelOrder
  private let buffer: FloatBuffer

  /// Rounds and packs op(B), with zeros up to a whole step of sixteen pairs.
  ///
  /// - Shape: B `[inner, columns]`, or `[columns, inner]` if it is transposed; `columns` a multiple of sixteen
  init(_ matrix: Matrix, isTransposed: Bool, arithmetic: Arithmetic = .ofPairs) {
    self.arithmetic = arithmetic
    let inner = isTransposed ? matrix.columns : matrix.rows
    order = PanelOrder(
      inner: roundedToLanes((inner + 1) / 2), columns: isTransposed ? matrix.rows : matrix.columns,
      inBlocks: arithmetic != .tiles, unit: laneCount)
    buffer = FloatBuffer(uninitialized: order.count)
    order.forEachPanel { place, block, column in
      let numbers = min(inner, 2 * block.lowerBound)..<min(inner, 2 * block.upperBound)
      let panel = buffer.base + place
      if isTransposed {
        let rows = FloatBuffer(uninitialized: laneCount * block.count)
        for row in 0..<laneCount {
          Self.round(
            matrix.base + (column + row) * matrix.stride + numbers.lowerBound, count: numbers.count,
            into: rows.base + row * block.count, words: block.count)
        }
        transposePanel(rows.base, stride: block.count, count: block.count, into: panel)
      } else {
        for pair in 0..<block.count {
          let number = numbers.lowerBound + 2 * pair
          let row = matrix.base + number * matrix.stride + column
          store(
            pairsOfRows(
              number < inner ? load(row) : Lanes(), number + 1 < inner ? load(row + matrix.stride) : Lanes()),
            panel + pair * laneCount)
        }
      }
      if arithmetic == .lanes {
        for pair in stride(from: 0, to: block.count, by: 2) {
          let place = panel + pair * laneCount
          let (even, odd) = regrouped(load(place), load(place + laneCount))
          store(even, place)
          store(odd, place + laneCount)
        }
      }
    }
  }

  /// Rounds rows of A.
  func pack(_ a: Matrix) -> PackedRows {
    require(
      roundedToLanes((a.columns + 1) / 2) == order.inner, "PairPanels: \(a.columns) columns for \(order.inner) pairs")
    let stride = order.inner * arithmetic.wordsOfPair
    let words = FloatBuffer(uninitialized: a.rows * stride)
    for row in 0..<a.rows {
      let (source, target) = (a.base + row * a.stride, words.base + row * stride)
      if arithmetic == .emulated {
        for offset in Swift.stride(from: stride - 2 * laneCount, to: stride, by: laneCount) {
          store(Lanes(), target + offset)
        }
        roundToFloats(source, count: a.columns, into: target)
      } else {
        Self.round(source, count: a.columns, into: target, words: stride)
        if arithmetic == .lanes { mapLanes(target, target, stride, regrouped) }
      }
    }
    return PackedRows(count: a.rows, words: words, stride: stride)
  }

  /// Rounds numbers to pairs and fills up the last sixteen words with zeros.
  private static func round(
    _ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>, words: Int
  ) {
    store(Lanes(), target + words - laneCount)
    roundToPairs(source, count: count, into: target)
  }

  /// C = A B + bias, or C += A B, in some of the columns, on the calling thread.
  ///
  /// - Parameters:
  ///   - columns: those of B; the bias and C begin with the first of them.
  ///   - bias: nil if C is added to.
  func multiply(
    _ a: PackedRows, columns: Range<Int>, bias: UnsafePointer<Float>?, into c: Matrix, accumulate: Bool = false
  ) {
    if arithmetic == .tiles {
      return MatrixTiles.forEach(rows: a.count, columns: columns) { rows, some in
        let column = some.lowerBound - columns.lowerBound
        pairMatrixTile(
          a.words.base + rows.lowerBound * a.stride, rowStride: a.stride,
          buffer.base + order.place(ofPanelAt: some.lowerBound, 0..<order.inner),
          into: TileTarget(first: c.base + rows.lowerBound * c.stride + column, stride: c.stride), rows: rows.count,
          columns: some.count, inner: order.inner, startingWith: bias.map { $0 + column },
          accumulate ? .adding : .replacing)
      }
    }
    let tile = arithmetic == .lanes ? pairPanelTile : widenedPanelTile
    let words = arithmetic.wordsOfPair
    let before = hone_flush_denormals()
    order.forEachTile(rows: a.count, columns: columns, of: buffer.base) { block, isFirst, panel, column, row, fetch in
      tile(
        a.words.base + row * a.stride + block.lowerBound * words, a.stride, panel,
        TileTarget(first: c.base + row * c.stride + column - columns.lowerBound, stride: c.stride),
        min(tileRows, a.count - row), block.count, bias.map { $0 + column - columns.lowerBound },
        accumulate || !isFirst ? .adding : .replacing, fetch)
    }
    hone_restore_arithmetic(before)
  }
}

extension Arithmetic {
  /// The fastest arithmetic of pairs of bfloat16 numbers on this processor; all have the same bits.
  static let ofPairs: Arithmetic = {
    let (rows, inner, columns) = (MatrixTiles.rows, 256, 64)
    let a = Matrix(FloatBuffer(repeating: 1, count: rows * inner), rows: rows, columns: inner)
    let b = Matrix(FloatBuffer(repeating: 1, count: inner * columns), rows: inner, columns: columns)
    let c = Matrix.uninitialized(rows: rows, columns: columns)
    return fastest(of: allOfPairs) { arithmetic in
      let panels = PairPanels(b, isTransposed: false, arithmetic: arithmetic)
      let packed = panels.pack(a)
      return { panels.multiply(packed, columns: 0..<columns, bias: nil, into: c) }
    }
  }()

  /// The arithmetics of pairs that this build and this processor have, be they fast or not.
  static var allOfPairs: [Arithmetic] {
    allCases.filter {
      switch $0 {
      case .tiles: MatrixTiles.areAvailable
      case .lanes: hone_has_pair_products()
      case .emulated: true
      }
    }
  }

  /// The words of a pair in a row of A.
  var wordsOfPair: Int { self == .emulated ? 2 : 1 }
}
