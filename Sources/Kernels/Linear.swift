/// y = x Wᵀ + b.
///
/// The bias is written first and the product added to it, which costs nothing over a product alone.
///
/// - Shape: x `[rows, in]`, weight `[out, in]`, bias `[out]` → y `[rows, out]`
package func linear(_ x: Matrix, weight: Matrix, bias: FloatBuffer?, into y: Matrix) {
  require(
    x.columns == weight.columns && y.rows == x.rows && y.columns == weight.rows
      && (bias.map { $0.count == weight.rows } ?? true),
    "linear: x \(x.rows) × \(x.columns), weight \(weight.rows) × \(weight.columns), y \(y.rows) × \(y.columns)")
  if x.rows <= skinnyRows && x.columns % laneCount == 0 {
    skinnyLinear(x, weight: weight, bias: bias, into: y)
    return
  }
  if Panels.pay(rows: y.rows, columns: y.columns, inner: x.columns) {
    multiplyByPanels(x, weight, transposeSecond: true, bias: bias, into: y)
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

/// Copies one row into every row.
func fillRows(_ target: Matrix, with row: UnsafePointer<Float>) {
  for index in 0..<target.rows {
    (target.base + index * target.stride).update(from: row, count: target.columns)
  }
}

/// The sum of each column, as over the rows of a gradient for a bias.
///
/// Summed in bands of rows with a fixed order, so the result does not depend on the thread count.
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

/// Up to this many rows a product is bound by reading the weights, and packing them as sgemm does costs more than
/// the product.
let skinnyRows = 32

/// y = x Wᵀ + b for few rows: each weight row is read once, in place.
private func skinnyLinear(_ x: Matrix, weight: Matrix, bias: FloatBuffer?, into y: Matrix) {
  let partition = Partition(weight.rows, size: 96, unit: 4)
  parallelFor(partition.parts) { part in
    let outputs = partition[part]
    var row = 0
    while row < x.rows {
      let second = min(row + 1, x.rows - 1)
      let third = min(row + 2, x.rows - 1)
      let x0 = x.base + row * x.stride
      let x1 = x.base + second * x.stride
      let x2 = x.base + third * x.stride
      for output in outputs {
        let w = weight.base + output * weight.stride
        var s0 = Lanes()
        var s1 = Lanes()
        var s2 = Lanes()
        var k = 0
        while k < x.columns {
          let lanes = load(w + k)
          s0 = multiplyAdd(load(x0 + k), lanes, s0)
          s1 = multiplyAdd(load(x1 + k), lanes, s1)
          s2 = multiplyAdd(load(x2 + k), lanes, s2)
          k += laneCount
        }
        let start = bias?.base[output] ?? 0
        y.base[row * y.stride + output] = start + sum(s0)
        y.base[second * y.stride + output] = start + sum(s1)
        y.base[third * y.stride + output] = start + sum(s2)
      }
      row += 3
    }
  }
}
