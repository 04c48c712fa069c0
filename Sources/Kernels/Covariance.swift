import COpenBLAS

/// The mean of each column, added up in double precision in the order of the rows.
///
/// - Shape: x `[rows, columns]` → `[columns]`
package func columnMeans(_ x: Matrix) -> [Double] {
  require(x.rows > 0, "columnMeans: there are no rows")
  var means = [Double](repeating: 0, count: x.columns)
  means.withUnsafeMutableBufferPointer { means in
    guard let target = means.baseAddress else { return }
    let bands = Partition(x.columns, size: 96, unit: laneCount)
    parallelFor(bands.parts) { band in
      let columns = bands[band]
      for row in 0..<x.rows {
        let source = x.base + row * x.stride
        for column in columns { target[column] += Double(source[column]) }
      }
      for column in columns { target[column] /= Double(x.rows) }
    }
  }
  return means
}

/// The covariance of the columns: C = Σ (x − μ)(x − μ)ᵀ / (rows − 1), over the rows x.
///
/// In double precision throughout: rows are centred and multiplied in blocks of fixed size, and the blocks are added in
/// the order of the rows, so the result has the same bits at any number of threads. Memory: one block in addition to
/// the result.
///
/// - Shape: x `[rows, columns]`, means `[columns]` → `[columns, columns]`, row-major
package func covariance(_ x: Matrix, means: [Double]) -> [Double] {
  let width = x.columns
  require(x.rows > 1 && means.count == width, "covariance: \(x.rows) × \(width) with \(means.count) means")
  var result = [Double](repeating: 0, count: width * width)
  var block = [Double](repeating: 0, count: min(x.rows, covarianceBlock) * width)
  let bands = Partition(width, size: 96, unit: laneCount)
  result.withUnsafeMutableBufferPointer { result in
    block.withUnsafeMutableBufferPointer { block in
      guard let sums = result.baseAddress, let centred = block.baseAddress else { return }
      for start in stride(from: 0, to: x.rows, by: covarianceBlock) {
        let count = min(covarianceBlock, x.rows - start)
        parallelRows(count, width: width) { rows in
          for row in rows {
            let source = x.base + (start + row) * x.stride
            for column in 0..<width { centred[row * width + column] = Double(source[column]) - means[column] }
          }
        }
        // The lower triangle and a little more: a row block up to its own last column.
        parallelFor(bands.parts) { band in
          let rows = bands[band]
          if rows.isEmpty { return }
          cblas_dgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(rows.count), Int32(rows.upperBound), Int32(count), 1,
            centred + rows.lowerBound, Int32(width), centred, Int32(width), 1, sums + rows.lowerBound * width,
            Int32(width))
        }
      }
      let scale = 1 / Double(x.rows - 1)
      for row in 0..<width {
        for column in 0...row {
          sums[row * width + column] *= scale
          sums[column * width + row] = sums[row * width + column]
        }
      }
    }
  }
  return result
}

/// The number of rows centred at a time.
private let covarianceBlock = 1024
