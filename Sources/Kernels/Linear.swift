import CInstructions

/// y = x Wᵀ + b.
///
/// The bias is written first and the product added to it, which costs no more than a product alone.
///
/// - Shape: x `[rows, in]`, weight `[out, in]`, bias `[out]` → y `[rows, out]`
package func linear(_ x: Matrix, weight: Matrix, bias: FloatBuffer?, into y: Matrix) {
  require(
    x.columns == weight.columns && y.rows == x.rows && y.columns == weight.rows
      && (bias.map { $0.count == weight.rows } ?? true),
    "linear: x \(x.rows) × \(x.columns), weight \(weight.rows) × \(weight.columns), y \(y.rows) × \(y.columns)")
  ProductCounter.add(rows: y.rows, columns: y.columns, inner: x.columns)
  if x.rows <= skinnyRows && x.columns % laneCount == 0 {
    skinnyLinear(x, weight: weight, bias: bias, into: y)
    return
  }
  if Panels.areFaster(rows: y.rows, columns: y.columns, inner: x.columns) {
    multiplyPacked(x, weight, transposeSecond: true, bias: bias, into: y)
    return
  }
  let tiles = ProductTiles(rows: y.rows, columns: y.columns, inner: x.columns)
  parallelFor(tiles.count) { index in
    let (rows, columns) = tiles[index]
    let target = y.rows(rows).columns(columns)
    if let bias { fillRows(target, with: bias.base + columns.lowerBound) }
    multiplyBlock(x.rows(rows), weight.rows(columns), transposeSecond: true, into: target, accumulate: bias != nil)
  }
}

/// y = x Wᵀ + b, with the packed weight if there is one.
package func linear(_ x: Matrix, weight: LayerWeight, bias: FloatBuffer?, into y: Matrix) {
  if let map = PackedMap(weight, bias: bias, into: y) {
    linear(x, [map])
  } else {
    linear(x, weight: weight.matrix, bias: bias, into: y)
  }
}

/// Copies one row into every row.
func fillRows(_ target: Matrix, with row: UnsafePointer<Float>) {
  for index in 0..<target.rows {
    (target.base + index * target.stride).update(from: row, count: target.columns)
  }
}

/// The sum of each column: the gradient of a bias.
///
/// Summed in row blocks in a fixed order, so the result does not depend on the thread count.
package func columnSums(_ matrix: Matrix) -> FloatBuffer {
  let result = FloatBuffer(repeating: 0, count: matrix.columns)
  addColumnSums(of: matrix, to: result)
  return result
}

/// Adds the sum of each column to `target`.
func addColumnSums(of matrix: Matrix, to target: FloatBuffer) {
  let bands = Partition(matrix.rows, size: 512)
  let partial = FloatBuffer(repeating: 0, count: bands.parts * matrix.columns)
  parallelFor(bands.parts) { band in
    let sums = partial.base + band * matrix.columns
    for row in bands[band] { addRow(matrix.base + row * matrix.stride, to: sums, count: matrix.columns) }
  }
  for band in 0..<bands.parts {
    addRow(partial.base + band * matrix.columns, to: target.base, count: matrix.columns)
  }
}

@inline(__always)
func addRow(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
  mapLanes(source, target, target, count) { $1 + $0 }
}

// MARK: - Few rows

/// The most rows for which reading the weights bounds a product, and packing them as sgemm does would cost more than
/// the product.
let skinnyRows = 32

/// y = x Wᵀ + b for few rows: the weights are read in place, four outputs by three rows at a time.
private func skinnyLinear(_ x: Matrix, weight: Matrix, bias: FloatBuffer?, into y: Matrix) {
  let partition = Partition(weight.rows, size: 96, unit: 4)
  parallelFor(partition.parts) { part in
    for output in stride(from: partition[part].lowerBound, to: partition[part].upperBound, by: 4) {
      let outputs = min(4, partition[part].upperBound - output)
      var start = SIMD4<Float>()
      if let bias { for lane in 0..<outputs { start[lane] = bias.base[output + lane] } }
      for row in stride(from: 0, to: x.rows, by: 3) {
        let rows = min(3, x.rows - row)
        let sums = threeByFour(
          x.base + row * x.stride, rowStride: x.stride, rows: rows, weight.base + output * weight.stride,
          outputStride: weight.stride, outputs: outputs, inner: x.columns)
        let target = y.base + row * y.stride + output
        keep(start + sums.0, outputs, target)
        if rows > 1 { keep(start + sums.1, outputs, target + y.stride) }
        if rows > 2 { keep(start + sums.2, outputs, target + 2 * y.stride) }
      }
    }
  }
}

/// The products of three rows with four outputs; missing ones repeat the last one.
///
/// Twelve registers of AVX2 hold the sums, and seven loads feed twelve multiplications.
@inline(__always)
private func threeByFour(
  _ x: UnsafePointer<Float>, rowStride: Int, rows: Int, _ weight: UnsafePointer<Float>, outputStride: Int,
  outputs: Int, inner: Int
) -> (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>) {
  let next = weight + 4 * outputStride
  let (x0, x1, x2) = (x, x + min(1, rows - 1) * rowStride, x + min(2, rows - 1) * rowStride)
  let (w0, w1) = (weight, weight + min(1, outputs - 1) * outputStride)
  let (w2, w3) = (weight + min(2, outputs - 1) * outputStride, weight + min(3, outputs - 1) * outputStride)
  var (s00, s01, s02, s03) = (HalfLanes(), HalfLanes(), HalfLanes(), HalfLanes())
  var (s10, s11, s12, s13) = (HalfLanes(), HalfLanes(), HalfLanes(), HalfLanes())
  var (s20, s21, s22, s23) = (HalfLanes(), HalfLanes(), HalfLanes(), HalfLanes())
  var k = 0
  while k < inner {
    // If the weight's rows are contiguous, this is the same part of the next four.
    hone_prefetch(next + 4 * k)
    hone_prefetch(next + 4 * k + laneCount)
    let (a, b, c) = (loadHalf(x0 + k), loadHalf(x1 + k), loadHalf(x2 + k))
    let first = loadHalf(w0 + k)
    s00 = multiplyAdd(a, first, s00)
    s10 = multiplyAdd(b, first, s10)
    s20 = multiplyAdd(c, first, s20)
    let second = loadHalf(w1 + k)
    s01 = multiplyAdd(a, second, s01)
    s11 = multiplyAdd(b, second, s11)
    s21 = multiplyAdd(c, second, s21)
    let third = loadHalf(w2 + k)
    s02 = multiplyAdd(a, third, s02)
    s12 = multiplyAdd(b, third, s12)
    s22 = multiplyAdd(c, third, s22)
    let fourth = loadHalf(w3 + k)
    s03 = multiplyAdd(a, fourth, s03)
    s13 = multiplyAdd(b, fourth, s13)
    s23 = multiplyAdd(c, fourth, s23)
    k += HalfLanes.scalarCount
  }
  return (sums(s00, s01, s02, s03), sums(s10, s11, s12, s13), sums(s20, s21, s22, s23))
}

/// The sums of the lanes, each added in a fixed tree.
@inline(__always)
private func sums(_ a: HalfLanes, _ b: HalfLanes, _ c: HalfLanes, _ d: HalfLanes) -> SIMD4<Float> {
  let (a, b) = (a.lowHalf + a.highHalf, b.lowHalf + b.highHalf)
  let (c, d) = (c.lowHalf + c.highHalf, d.lowHalf + d.highHalf)
  let even = SIMD4(a.x, b.x, c.x, d.x) + SIMD4(a.z, b.z, c.z, d.z)
  let odd = SIMD4(a.y, b.y, c.y, d.y) + SIMD4(a.w, b.w, c.w, d.w)
  return even + odd
}

@inline(__always)
private func keep(_ sums: SIMD4<Float>, _ count: Int, _ target: UnsafeMutablePointer<Float>) {
  if count == 4 {
    store(sums, target)
  } else {
    for lane in 0..<count { target[lane] = sums[lane] }
  }
}
