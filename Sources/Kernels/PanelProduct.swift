/// C = A B, or C += A B, for the small products inside attention, where packing as sgemm does would cost too much.
///
/// A may have any strides, so a transposed A needs no copy. B's rows are contiguous; `columns` is a multiple of the
/// lane count, so B and C are padded. Its tiles are those of `RegisterTile.swift`.
///
/// - Shape: A `[rows, inner]`, B `[inner, columns]`, C `[rows, columns]`
@inline(__always)
func panelProduct(
  _ a: UnsafePointer<Float>, rowStride: Int, innerStride: Int, _ b: UnsafePointer<Float>, stride bStride: Int,
  into c: UnsafeMutablePointer<Float>, stride cStride: Int, rows: Int, columns: Int, inner: Int, accumulate: Bool
) {
  var column = 0
  while column < columns {
    var row = 0
    while row < rows {
      productTile(
        TileLeft(first: a + row * rowStride, rowStride: rowStride, innerStride: innerStride),
        TileRight(first: b + column, stride: bStride),
        into: TileTarget(first: c + row * cStride + column, stride: cStride), rows: min(tileRows, rows - row),
        inner: inner, accumulate: accumulate)
      row += tileRows
    }
    column += laneCount
  }
}
