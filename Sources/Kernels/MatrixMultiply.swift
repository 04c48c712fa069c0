import COpenBLAS

/// A rectangular view of a buffer, row-major.
package struct Matrix {
  let buffer: FloatBuffer
  let offset: Int
  package let rows: Int
  package let columns: Int
  /// Floats from one row to the next.
  let stride: Int

  /// Makes a view, by default of a whole buffer of `rows × columns` floats.
  package init(_ buffer: FloatBuffer, offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil) {
    let stride = stride ?? columns
    let needed = rows == 0 || columns == 0 ? 0 : (rows - 1) * stride + columns
    require(
      offset >= 0 && stride >= columns && (needed == 0 || offset + needed <= buffer.count),
      "Matrix: \(rows) × \(columns) with stride \(stride) at \(offset) leaves a buffer of \(buffer.count) floats")
    self.buffer = buffer
    self.offset = offset
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// A matrix in a buffer of its own, whose contents are undefined.
  static func uninitialized(rows: Int, columns: Int) -> Matrix {
    Matrix(FloatBuffer(uninitialized: rows * columns), rows: rows, columns: columns)
  }

  /// A matrix of zeros in a buffer of its own.
  static func zeros(rows: Int, columns: Int) -> Matrix {
    Matrix(FloatBuffer(repeating: 0, count: rows * columns), rows: rows, columns: columns)
  }

  var base: UnsafeMutablePointer<Float> { buffer.base + offset }

  /// The same view of some of the rows.
  func rows(_ range: Range<Int>) -> Matrix {
    Matrix(buffer, offset: offset + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// The same view of some of the columns.
  package func columns(_ range: Range<Int>) -> Matrix {
    Matrix(buffer, offset: offset + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }
}

/// C = α · op(A) op(B) + β · C on the calling thread; `op` transposes on request.
@inline(__always)
func multiplyBlock(
  _ a: Matrix, _ b: Matrix, transposeFirst transposeA: Bool = false, transposeSecond transposeB: Bool = false,
  into c: Matrix, accumulate: Bool = false, scale: Float = 1
) {
  let inner = transposeA ? a.rows : a.columns
  if c.rows == 0 || c.columns == 0 { return }
  if inner == 0 {
    if !accumulate { for row in 0..<c.rows { (c.base + row * c.stride).update(repeating: 0, count: c.columns) } }
    return
  }
  cblas_sgemm(
    CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
    Int32(c.rows), Int32(c.columns), Int32(inner), scale, a.base, Int32(max(1, a.stride)), b.base,
    Int32(max(1, b.stride)), accumulate ? 1 : 0, c.base, Int32(max(1, c.stride)))
}

/// C = α · op(A) op(B), or C += …, shared among the threads in tiles that depend on the shapes only.
package func multiply(
  _ a: Matrix, _ b: Matrix, transposeFirst transposeA: Bool = false, transposeSecond transposeB: Bool = false,
  into c: Matrix, accumulate: Bool = false, scale: Float = 1
) {
  let inner = transposeA ? a.rows : a.columns
  require(
    inner == (transposeB ? b.columns : b.rows) && c.rows == (transposeA ? a.columns : a.rows)
      && c.columns == (transposeB ? b.rows : b.columns),
    "multiply: \(a.rows) × \(a.columns)\(transposeA ? "ᵀ" : "") by \(b.rows) × \(b.columns)\(transposeB ? "ᵀ" : "") "
      + "does not give \(c.rows) × \(c.columns)")
  ProductCounter.add(rows: c.rows, columns: c.columns, inner: inner)
  if scale == 1 && !(transposeA && transposeB)
    && Panels.areFaster(rows: c.rows, columns: c.columns, inner: inner)
  {
    if transposeA {
      multiplyPacked(transposed: a, b, into: c, accumulate: accumulate)
    } else {
      multiplyPacked(a, b, transposeSecond: transposeB, into: c, accumulate: accumulate)
    }
    return
  }
  let tiles = ProductTiles(rows: c.rows, columns: c.columns, inner: inner)
  parallelFor(tiles.count) { index in
    let (rows, columns) = tiles[index]
    multiplyBlock(
      transposeA ? a.columns(rows) : a.rows(rows), transposeB ? b.rows(columns) : b.columns(columns),
      transposeFirst: transposeA, transposeSecond: transposeB,
      into: c.rows(rows).columns(columns), accumulate: accumulate, scale: scale)
  }
}

/// C = A op(B) + bias, or C += …, as packed GEMM.
func multiplyPacked(
  _ a: Matrix, _ b: Matrix, transposeSecond transposeB: Bool, bias: FloatBuffer? = nil, into c: Matrix,
  accumulate: Bool = false
) {
  let panels = Panels(b, isTransposed: transposeB)
  let bands = Panels.bands(of: c.rows)
  parallelFor(bands.parts) {
    panels.multiply(a.rows(bands[$0]), bias: bias, into: c.rows(bands[$0]), accumulate: accumulate)
  }
}

/// C = Aᵀ B, or C += Aᵀ B, as packed GEMM: the gradient of a weight, a sum over all tokens.
///
/// The tokens are split into pieces, so that the packed ones stay in a cache that the threads share, and need little
/// memory.
private func multiplyPacked(transposed a: Matrix, _ b: Matrix, into c: Matrix, accumulate: Bool) {
  let pieces = Partition(b.rows, size: 1536)
  let bands = Panels.bands(ofTransposed: c.rows)
  for piece in 0..<pieces.parts {
    let rows = pieces[piece]
    let panels = Panels(b.rows(rows), isTransposed: false)
    parallelFor(bands.parts) { band in
      panels.multiply(
        transposed: a.rows(rows).columns(bands[band]), into: c.rows(bands[band]), accumulate: accumulate || piece > 0)
    }
  }
}

/// The tiles of a product: row blocks of about 1,024 rows, split by columns too if there are few.
struct ProductTiles {
  let rowPartition: Partition
  let columnPartition: Partition

  /// Tiles below this many multiplications cost more to schedule than to compute.
  private static let smallestTile = 200_000

  init(rows: Int, columns: Int, inner: Int) {
    rowPartition = Partition(rows, size: 1024, unit: 8)
    let affordable = max(1, rows * columns * max(1, inner) / rowPartition.parts / Self.smallestTile)
    let wanted = min(affordable, max(1, 8 / rowPartition.parts))
    let narrowest = rows > 64 ? 192 : 48
    let size = max(narrowest, (columns + wanted - 1) / wanted)
    columnPartition = Partition(columns, size: wanted == 1 ? max(1, columns) : size, unit: 16)
  }

  var count: Int { rowPartition.parts * columnPartition.parts }

  subscript(_ index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    (rowPartition[index / columnPartition.parts], columnPartition[index % columnPartition.parts])
  }
}
