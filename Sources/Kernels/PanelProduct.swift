/// The right factor of a product in panels of sixteen columns: floats from one row to the next, and from one panel to
/// the next.
struct RightPanels {
  let first: UnsafePointer<Float>
  let stride: Int
  let panelStride: Int
}

/// The result of a product in panels of sixteen columns.
struct TargetPanels {
  let first: UnsafeMutablePointer<Float>
  let stride: Int
  let panelStride: Int
}

/// C = A B, or C += A B, for the small products inside attention, where packing as sgemm does would cost too much.
///
/// A may have any strides, so a transposed A needs no copy. `columns` is a multiple of the lane count, so B and C are
/// padded; each is in panels or, with a panel stride of sixteen, has contiguous rows. The tiles are those of
/// `RegisterTile.swift`.
///
/// - Shape: A `[rows, inner]`, B `[inner, columns]`, C `[rows, columns]`
@inline(__always)
func panelProduct(
  _ a: TileLeft, _ b: RightPanels, into c: TargetPanels, rows: Int, columns: Int, inner: Int, accumulate: Bool
) {
  for panel in 0..<columns / laneCount {
    let right = TileRight(first: b.first + panel * b.panelStride, stride: b.stride)
    let target = c.first + panel * c.panelStride
    for row in stride(from: 0, to: rows, by: tileRows) {
      productTile(
        TileLeft(first: a.first + row * a.rowStride, rowStride: a.rowStride, innerStride: a.innerStride), right,
        into: TileTarget(first: target + row * c.stride, stride: c.stride), rows: min(tileRows, rows - row),
        inner: inner, accumulate: accumulate)
    }
  }
}
