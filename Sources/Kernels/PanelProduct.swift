import COpenBLAS

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
      productTile(
        a + row * rowStride, rowStride: rowStride, innerStride: innerStride, b + column, stride: bStride,
        into: c + row * cStride + column, stride: cStride, rows: min(tileRows, rows - row), inner: inner,
        accumulate: accumulate)
      row += tileRows
    }
    column += laneCount
  }
}

/// The rows of a tile: with sixteen columns, twelve of the sixteen registers of AVX2 hold its sums.
let tileRows = 6

/// One tile of up to six rows of a product whose factors lie in a near cache.
@inline(never)
private func productTile(
  _ a: UnsafePointer<Float>, rowStride: Int, innerStride: Int, _ b: UnsafePointer<Float>, stride bStride: Int,
  into c: UnsafeMutablePointer<Float>, stride cStride: Int, rows: Int, inner: Int, accumulate: Bool
) {
  sixRows(
    a, rowStride: rowStride, innerStride: innerStride, b, stride: bStride, into: c, stride: cStride, rows: rows,
    inner: inner, startingWith: nil, accumulate: accumulate, fetching: nil, fetchStep: 0)
}

/// One tile of up to six rows by a panel, sixteen numbers a row of it, while the next panel is fetched.
///
/// - Parameters:
///   - start: what the sums of every row begin with, sixteen numbers; zeros where it is nil.
///   - next: what to bring near meanwhile, `fetchStep` floats for every four of `inner`.
@inline(never)
func panelTile(
  _ a: UnsafePointer<Float>, rowStride: Int, _ panel: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, stride cStride: Int, rows: Int, inner: Int,
  startingWith start: UnsafePointer<Float>?, accumulate: Bool, fetching next: UnsafePointer<Float>, fetchStep: Int
) {
  // The target is often far away, and the sums take long enough to bring it near.
  for row in 0..<rows { hone_prefetch_for_writing(c + row * cStride) }
  sixRows(
    a, rowStride: rowStride, innerStride: 1, panel, stride: laneCount, into: c, stride: cStride, rows: rows,
    inner: inner, startingWith: start, accumulate: accumulate, fetching: next, fetchStep: fetchStep)
}

/// One tile of a panel and a strip: `[inner, 6]`, a column of six rows after the other.
@inline(never)
func stripTile(
  _ strip: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
  stride cStride: Int, rows: Int, inner: Int, accumulate: Bool, fetching next: UnsafePointer<Float>, fetchStep: Int
) {
  for row in 0..<rows { hone_prefetch_for_writing(c + row * cStride) }
  sixRows(
    strip, rowStride: 1, innerStride: tileRows, panel, stride: laneCount, into: c, stride: cStride, rows: rows,
    inner: inner, startingWith: nil, accumulate: accumulate, fetching: next, fetchStep: fetchStep)
}

/// The sums of up to six rows; missing rows repeat the last one and are not stored.
@inline(__always)
private func sixRows(
  _ a: UnsafePointer<Float>, rowStride: Int, innerStride: Int, _ b: UnsafePointer<Float>, stride bStride: Int,
  into c: UnsafeMutablePointer<Float>, stride cStride: Int, rows: Int, inner: Int,
  startingWith start: UnsafePointer<Float>?, accumulate: Bool, fetching next: UnsafePointer<Float>?, fetchStep: Int
) {
  var (a0, b) = (a, b)
  var a1 = a + min(1, rows - 1) * rowStride
  var a2 = a + min(2, rows - 1) * rowStride
  var a3 = a + min(3, rows - 1) * rowStride
  var a4 = a + min(4, rows - 1) * rowStride
  var a5 = a + min(5, rows - 1) * rowStride
  var c0 = start.map { load($0) } ?? Lanes()
  var (c1, c2, c3, c4, c5) = (c0, c0, c0, c0, c0)
  var next = next
  // Four at a time: a loop of one is bound by counting.
  for _ in 0..<inner / 4 {
    for k in 0..<4 {
      let lanes = load(b + k * bStride)
      let at = k * innerStride
      c0 = multiplyAdd(Lanes(repeating: a0[at]), lanes, c0)
      c1 = multiplyAdd(Lanes(repeating: a1[at]), lanes, c1)
      c2 = multiplyAdd(Lanes(repeating: a2[at]), lanes, c2)
      c3 = multiplyAdd(Lanes(repeating: a3[at]), lanes, c3)
      c4 = multiplyAdd(Lanes(repeating: a4[at]), lanes, c4)
      c5 = multiplyAdd(Lanes(repeating: a5[at]), lanes, c5)
    }
    if let place = next {
      hone_prefetch(place)
      next = place + fetchStep
    }
    a0 += 4 * innerStride
    a1 += 4 * innerStride
    a2 += 4 * innerStride
    a3 += 4 * innerStride
    a4 += 4 * innerStride
    a5 += 4 * innerStride
    b += 4 * bStride
  }
  for _ in 0..<inner % 4 {
    let lanes = load(b)
    c0 = multiplyAdd(Lanes(repeating: a0[0]), lanes, c0)
    c1 = multiplyAdd(Lanes(repeating: a1[0]), lanes, c1)
    c2 = multiplyAdd(Lanes(repeating: a2[0]), lanes, c2)
    c3 = multiplyAdd(Lanes(repeating: a3[0]), lanes, c3)
    c4 = multiplyAdd(Lanes(repeating: a4[0]), lanes, c4)
    c5 = multiplyAdd(Lanes(repeating: a5[0]), lanes, c5)
    a0 += innerStride
    a1 += innerStride
    a2 += innerStride
    a3 += innerStride
    a4 += innerStride
    a5 += innerStride
    b += bStride
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
