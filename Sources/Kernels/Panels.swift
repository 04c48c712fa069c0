import CInstructions

/// The packed right factor B of a packed GEMM, A B or Aᵀ B, in floats.
///
/// `sgemm` packs both factors at every call: a tenth of its time at the widths of an encoder. Here B is packed once for
/// all rows of A, in panels of sixteen columns that fit the first-level cache, and A is read in place. A tile
/// prefetches a share of the next panel and its part of C while it computes. The result for a row depends on that row
/// alone, so the rows may be split among threads at will.
///
/// The blocking is that of Goto and van de Geijn 2008 (Anatomy of High-Performance Matrix Multiplication), without its
/// packing of A.
struct Panels {
  private let order: PanelOrder
  private let buffer: FloatBuffer

  /// True if packed GEMM is faster than `sgemm` for C `[rows, columns]` and this inner dimension.
  ///
  /// Measured on AMD, with AVX2 and with AVX-512 (Zen 4).
  static func areFaster(rows: Int, columns: Int, inner: Int) -> Bool {
    hone_prefers_own_tiles() && rows > skinnyRows && inner >= laneCount && columns >= laneCount
      && columns % laneCount == 0
  }

  /// Packs op(B).
  ///
  /// - Shape: B `[inner, columns]`, or `[columns, inner]` if it is transposed; `columns` a multiple of sixteen
  init(_ matrix: Matrix, isTransposed: Bool) {
    order = PanelOrder(
      inner: isTransposed ? matrix.columns : matrix.rows, columns: isTransposed ? matrix.rows : matrix.columns)
    buffer = FloatBuffer(uninitialized: order.count)
    order.forEachPanel { place, block, column in
      let target = buffer.base + place
      if isTransposed {
        transposePanel(
          matrix.base + column * matrix.stride + block.lowerBound, stride: matrix.stride, count: block.count,
          into: target)
      } else {
        for row in 0..<block.count {
          store(load(matrix.base + (block.lowerBound + row) * matrix.stride + column), target + row * laneCount)
        }
      }
    }
  }

  // MARK: - A B

  /// The row blocks of A for the threads: a block's product with 1,536 columns takes half of a second-level cache, of
  /// 512 KB, or of 1 MB with AVX-512.
  ///
  /// Every row block reads all panels again, from a shared cache: the fewer blocks, the better.
  static func bands(of rows: Int) -> Partition { Partition(rows, size: 8 * tileRows, unit: tileRows) }

  /// C = A B + bias, or C += A B + bias, on the calling thread.
  func multiply(_ a: Matrix, bias: FloatBuffer? = nil, into c: Matrix, accumulate: Bool = false) {
    order.forEachTile(rows: c.rows, of: buffer.base) { block, isFirst, panel, column, row, fetch in
      panelTile(
        a.base + row * a.stride + block.lowerBound, rowStride: a.stride, panel,
        into: TileTarget(first: c.base + row * c.stride + column, stride: c.stride), rows: min(tileRows, c.rows - row),
        inner: block.count, startingWith: isFirst ? bias.map { UnsafePointer($0.base + column) } : nil,
        accumulate || !isFirst ? .adding : .replacing, fetching: fetch)
    }
  }

  // MARK: - Aᵀ B

  /// The row blocks of Aᵀ for the threads: smaller, since a weight has few rows and many threads may need some.
  static func bands(ofTransposed rows: Int) -> Partition { Partition(rows, size: 48, unit: tileRows) }

  /// C = Aᵀ B, or C += Aᵀ B, on the calling thread.
  ///
  /// The rows of Aᵀ are columns of A, far apart: they are copied into strips first.
  func multiply(transposed a: Matrix, into c: Matrix, accumulate: Bool) {
    let padded = (c.rows + tileRows - 1) / tileRows * tileRows
    let strips = FloatBuffer(uninitialized: padded * PanelOrder.largestBlock)
    order.forEachTile(rows: c.rows, of: buffer.base) { block, isFirst, panel, column, row, fetch in
      if column == 0 { layStrip(a, at: row, block, into: strips.base + row * block.count) }
      stripTile(
        strips.base + row * block.count, panel,
        into: TileTarget(first: c.base + row * c.stride + column, stride: c.stride),
        rows: min(tileRows, c.rows - row), inner: block.count, accumulate || !isFirst ? .adding : .replacing,
        fetching: fetch)
    }
  }

  /// Copies up to `tileRows` columns of some rows of A into a strip; missing columns repeat the last one.
  private func layStrip(_ a: Matrix, at column: Int, _ rows: Range<Int>, into strip: UnsafeMutablePointer<Float>) {
    let width = min(tileRows, a.columns - column)
    let source = a.base + rows.lowerBound * a.stride + column
    if width == tileRows {
      for row in 0..<rows.count {
        for lane in 0..<tileRows { strip[row * tileRows + lane] = source[row * a.stride + lane] }
      }
    } else {
      for row in 0..<rows.count {
        for lane in 0..<tileRows { strip[row * tileRows + lane] = source[row * a.stride + min(lane, width - 1)] }
      }
    }
  }
}

/// The fewest rows of a product for which `rowsAreIndependent` can be true.
package let fewestIndependentRows = skinnyRows + 1

/// True if every row of a product `[rows, columns]` depends on that row alone: its bits are the same in any product
/// with as many rows or more.
///
/// `sgemm` does not guarantee that: its order of summation depends on the number of rows and on a row's index.
package func rowsAreIndependent(rows: Int, columns: Int, inner: Int) -> Bool {
  Panels.areFaster(rows: rows, columns: columns, inner: inner)
}

/// Writes the transpose of sixteen rows of `count` numbers.
func transposePanel(
  _ source: UnsafePointer<Float>, stride: Int, count: Int, into target: UnsafeMutablePointer<Float>
) {
  let whole = count / 4 * 4
  for row in Swift.stride(from: 0, to: laneCount, by: 4) {
    for inner in Swift.stride(from: 0, to: whole, by: 4) {
      transposeFour(
        source + row * stride + inner, stride: stride, into: target + inner * laneCount + row, stride: laneCount)
    }
  }
  for inner in whole..<count {
    for row in 0..<laneCount { target[inner * laneCount + row] = source[row * stride + inner] }
  }
}

/// A weight that many row blocks are multiplied by: packed if that is faster or its precision needs it, else the matrix
/// for `sgemm`.
struct RightFactor {
  private enum Form {
    case matrix(Matrix, isTransposed: Bool)
    case panels(Panels)
    /// Wᵀ at the weight's precision.
    case packed(PackedWeight)
    /// W of gradients below 32 bits.
    case reversed(PairPanels)
  }

  private let form: Form

  /// Makes the factor op(W) for products with this many rows, at the weight's precision.
  init(_ weight: LayerWeight, isTransposed: Bool, rows: Int) {
    ProductCounter.add(rows: rows, columns: weight.rows, inner: weight.columns)
    let matrix = weight.matrix
    let (inner, columns) = isTransposed ? (matrix.columns, matrix.rows) : (matrix.rows, matrix.columns)
    if isTransposed, let packed = weight.packed {
      form = .packed(packed)
    } else if !isTransposed, let reversed = weight.reversed {
      form = .reversed(reversed)
    } else if Panels.areFaster(rows: rows, columns: columns, inner: inner) {
      form = .panels(Panels(matrix, isTransposed: isTransposed))
    } else {
      form = .matrix(matrix, isTransposed: isTransposed)
    }
  }

  /// The row blocks of A for the threads.
  func bands(of rows: Int) -> Partition {
    if case .matrix = form { Partition(rows, size: 1024, unit: 8) } else { Panels.bands(of: rows) }
  }

  /// C = A B + bias on the calling thread.
  func multiply(_ a: Matrix, bias: FloatBuffer? = nil, into c: Matrix) {
    switch form {
    case .packed(let packed): packed.multiply(packed.pack(a), bias: bias, into: c)
    case .panels(let panels): panels.multiply(a, bias: bias, into: c)
    case .reversed(let panels):
      panels.multiply(
        panels.pack(a), columns: 0..<c.columns, bias: bias.map { UnsafePointer($0.base) }, into: c)
    case .matrix(let matrix, let isTransposed):
      if let bias { fillRows(c, with: bias.base) }
      multiplyBlock(a, matrix, transposeSecond: isTransposed, into: c, accumulate: bias != nil)
    }
  }

  /// C += A B on the calling thread.
  func multiply(_ a: Matrix, addedTo c: Matrix) {
    switch form {
    case .packed: fatalError("RightFactor: a packed weight is not added to")
    case .panels(let panels): panels.multiply(a, into: c, accumulate: true)
    case .reversed(let panels):
      panels.multiply(panels.pack(a), columns: 0..<c.columns, bias: nil, into: c, accumulate: true)
    case .matrix(let matrix, let isTransposed):
      multiplyBlock(a, matrix, transposeSecond: isTransposed, into: c, accumulate: true)
    }
  }
}
