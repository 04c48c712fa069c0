/// C = A B, or C += A B, for the small products inside attention, where packing as sgemm does would cost too much.
///
/// A may have any strides, so a transposed A needs no copy. B's rows are contiguous; `columns` is a multiple of the lane
/// count, so B and C are padded. Tiles of six rows by sixteen columns stay in registers.
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
      sixRows(
        a + row * rowStride, rowStride: rowStride, innerStride: innerStride, b + column, stride: bStride,
        into: c + row * cStride + column, stride: cStride, rows: min(6, rows - row), inner: inner,
        accumulate: accumulate)
      row += 6
    }
    column += laneCount
  }
}

/// One tile of up to six rows; missing rows repeat the last one and are not stored.
@inline(never)
private func sixRows(
  _ a: UnsafePointer<Float>, rowStride: Int, innerStride: Int, _ b: UnsafePointer<Float>, stride bStride: Int,
  into c: UnsafeMutablePointer<Float>, stride cStride: Int, rows: Int, inner: Int, accumulate: Bool
) {
  let a1 = a + min(1, rows - 1) * rowStride
  let a2 = a + min(2, rows - 1) * rowStride
  let a3 = a + min(3, rows - 1) * rowStride
  let a4 = a + min(4, rows - 1) * rowStride
  let a5 = a + min(5, rows - 1) * rowStride
  var c0 = Lanes()
  var c1 = Lanes()
  var c2 = Lanes()
  var c3 = Lanes()
  var c4 = Lanes()
  var c5 = Lanes()
  var lanes = b
  var k = 0
  for _ in 0..<inner {
    let bLanes = load(lanes)
    c0 = multiplyAdd(Lanes(repeating: a[k]), bLanes, c0)
    c1 = multiplyAdd(Lanes(repeating: a1[k]), bLanes, c1)
    c2 = multiplyAdd(Lanes(repeating: a2[k]), bLanes, c2)
    c3 = multiplyAdd(Lanes(repeating: a3[k]), bLanes, c3)
    c4 = multiplyAdd(Lanes(repeating: a4[k]), bLanes, c4)
    c5 = multiplyAdd(Lanes(repeating: a5[k]), bLanes, c5)
    k += innerStride
    lanes += bStride
  }
  finish(c0, c, accumulate)
  if rows > 1 { finish(c1, c + cStride, accumulate) }
  if rows > 2 { finish(c2, c + 2 * cStride, accumulate) }
  if rows > 3 { finish(c3, c + 3 * cStride, accumulate) }
  if rows > 4 { finish(c4, c + 4 * cStride, accumulate) }
  if rows > 5 { finish(c5, c + 5 * cStride, accumulate) }
}

@inline(__always)
private func finish(_ lanes: Lanes, _ target: UnsafeMutablePointer<Float>, _ accumulate: Bool) {
  store(accumulate ? load(target) + lanes : lanes, target)
}
