import CLAPACKE

/// The eigenvalues of a symmetric matrix and its eigenvectors, the largest eigenvalue first.
///
/// A = Vᵀ diag(λ) V, where the rows of V are orthonormal.
package struct SymmetricEigen {
  /// λ, descending.
  package let values: [Double]
  /// V, row by row; in each row the entry of the largest magnitude (the first of equals) is positive.
  ///
  /// - Shape: `[size, size]`, row-major
  package let vectors: [Double]

  /// Decomposes a symmetric matrix; only its lower triangle is read (LAPACK's dsyevd: divide and conquer).
  ///
  /// LAPACK runs on the calling thread alone, so the result has the same bits at any number of threads. An eigenvector
  /// is unique only up to its sign, so the sign is fixed here.
  ///
  /// - Parameter matrix: `[size, size]`, row-major.
  /// - Throws: `DecompositionError` if a number is not finite, or if the iteration does not converge.
  package init(of matrix: [Double], size: Int) throws(DecompositionError) {
    require(matrix.count == size * size, "SymmetricEigen: \(matrix.count) numbers are not \(size) × \(size)")
    for (index, number) in matrix.enumerated() where !number.isFinite && index % size <= index / size {
      throw .notFinite(row: index / size, column: index % size)
    }
    runLAPACKOnOneThread()
    var columns = matrix
    var ascending = [Double](repeating: 0, count: size)
    if size > 0 {
      let size = Int32(size)
      // LAPACK is column-major: the lower triangle of our rows is its upper one, and its columns are our rows.
      try check(LAPACKE_dsyevd(LAPACK_COL_MAJOR, letter("V"), letter("U"), size, &columns, size, &ascending), "dsyevd")
    }
    values = ascending.reversed()
    var rows: [Double] = []
    rows.reserveCapacity(size * size)
    for row in (0..<size).reversed() {
      let vector = columns[row * size..<(row + 1) * size]
      var peak = 0.0
      for entry in vector where abs(entry) > abs(peak) { peak = entry }
      rows += peak < 0 ? vector.map { -$0 } : Array(vector)
    }
    vectors = rows
  }
}

/// A matrix as a product Q R: Q has orthonormal columns, R is upper triangular with a non-negative diagonal.
package struct OrthogonalTriangular {
  /// Q.
  ///
  /// - Shape: `[rows, columns]`, row-major
  package let orthogonal: FloatBuffer
  /// R.
  ///
  /// - Shape: `[columns, columns]`, row-major
  package let triangular: FloatBuffer

  /// Decomposes a matrix with at least as many rows as columns (LAPACK's sgeqrf and sorgqr: Householder reflections).
  ///
  /// The sign of R's diagonal makes both factors unique if the columns are independent, and makes Q uniformly
  /// distributed among all such matrices if A is Gaussian (Mezzadri 2007, arXiv:math-ph/0609050).
  ///
  /// - Throws: `DecompositionError` if a number is not finite.
  package init(of matrix: Matrix) throws(DecompositionError) {
    let (rows, columns) = (matrix.rows, matrix.columns)
    require(rows >= columns, "OrthogonalTriangular: \(rows) rows are fewer than \(columns) columns")
    let orthogonal = FloatBuffer(uninitialized: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let number = matrix.base[row * matrix.stride + column]
        guard number.isFinite else { throw .notFinite(row: row, column: column) }
        orthogonal.base[row * columns + column] = number
      }
    }
    let triangular = FloatBuffer(repeating: 0, count: columns * columns)
    (self.orthogonal, self.triangular) = (orthogonal, triangular)
    if columns == 0 { return }
    runLAPACKOnOneThread()
    let (m, n) = (Int32(rows), Int32(columns))
    var reflections = [Float](repeating: 0, count: columns)
    try check(LAPACKE_sgeqrf(LAPACK_ROW_MAJOR, m, n, orthogonal.base, n, &reflections), "sgeqrf")
    for row in 0..<columns {
      let offset = row * columns
      for column in row..<columns { triangular.base[offset + column] = orthogonal.base[offset + column] }
    }
    try check(LAPACKE_sorgqr(LAPACK_ROW_MAJOR, m, n, n, orthogonal.base, n, reflections), "sorgqr")
    for column in 0..<columns where triangular.base[column * columns + column] < 0 {
      for other in column..<columns { triangular.base[column * columns + other].negate() }
      for row in 0..<rows { orthogonal.base[row * columns + column].negate() }
    }
  }
}

/// The reason why a matrix has no decomposition.
package enum DecompositionError: Error, Equatable, CustomStringConvertible {
  /// A number of the matrix is infinite or NaN.
  case notFinite(row: Int, column: Int)
  /// The iteration did not converge.
  case notConverged(routine: String, info: Int)
  /// There is no memory for LAPACK's workspace.
  case outOfMemory(routine: String)

  /// The whole message.
  package var description: String {
    switch self {
    case .notFinite(let row, let column): "row \(row), column \(column) of the matrix is not a finite number"
    case .notConverged(let routine, let info): "LAPACK's \(routine) did not converge (info \(info))"
    case .outOfMemory(let routine): "there is no memory for the workspace of LAPACK's \(routine)"
    }
  }
}

/// An option in LAPACK's form.
private func letter(_ scalar: Unicode.Scalar) -> CChar { CChar(UInt8(ascii: scalar)) }

/// LAPACK calls OpenBLAS, which the engine's threads set to one thread when they start.
private func runLAPACKOnOneThread() { _ = Threads.count }

/// Turns LAPACK's status into an error; LAPACKE finds and allocates the workspace by itself.
private func check(_ info: Int32, _ routine: String) throws(DecompositionError) {
  if info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR {
    throw .outOfMemory(routine: routine)
  }
  require(info >= 0, "LAPACK's \(routine) refuses its argument \(-info)")
  if info > 0 { throw .notConverged(routine: routine, info: Int(info)) }
}
