import Kernels
import TestSupport
import Testing

@Suite struct DecompositionTests {
  private static let sizes = [0, 1, 2, 3, 7, 16, 17, 31, 33, 64, 65, 100]

  // MARK: - Eigenvalues and eigenvectors

  @Test func eigenvaluesAndEigenvectorsOfEverySize() throws {
    var generator = SeededGenerator(seed: 31)
    try withEvery("size", in: Self.sizes) { size in
      let matrix = generator.symmetric(size)
      let eigen = try SymmetricEigen(of: matrix, size: size)
      try expect(eigen.values.count == size && eigen.vectors.count == size * size, "counts")
      try expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy { $0 >= $1 }, "the order of \(eigen.values)")
      let scale = Double(max(1, size))
      let tolerance = 1e-14 * scale
      // V Vᵀ = 1 and Vᵀ diag(λ) V = A.
      let (v, a) = (Square(eigen.vectors, size), Square(matrix, size))
      try expect(v.times(v.transposed).distance(to: .identity(size)) <= tolerance, "not orthonormal")
      let rebuilt = v.transposed.times(Square.diagonal(eigen.values)).times(v)
      try expect(rebuilt.distance(to: a) <= tolerance * scale, "does not give the matrix back")
      let expected = a.jacobiEigenvalues
      try expect(
        expected.count == size && zip(eigen.values, expected).allSatisfy { abs($0 - $1) <= tolerance * scale },
        "differs from Jacobi's method")
    }
  }

  @Test func onlyTheLowerTriangleIsRead() throws {
    var generator = SeededGenerator(seed: 32)
    let whole = generator.symmetric(9)
    var lower = whole
    for row in 0..<9 { for column in row + 1..<max(row + 1, 9) { lower[row * 9 + column] = .nan } }
    let expected = try SymmetricEigen(of: whole, size: 9)
    let found = try SymmetricEigen(of: lower, size: 9)
    #expect(found.values == expected.values && found.vectors == expected.vectors)
  }

  @Test func signsAreSettled() throws {
    var generator = SeededGenerator(seed: 33)
    let eigen = try SymmetricEigen(of: generator.symmetric(40), size: 40)
    for row in 0..<40 {
      let vector = eigen.vectors[row * 40..<(row + 1) * 40]
      let largest = vector.map { abs($0) }.max()
      #expect(vector.first { abs($0) == largest } ?? 0 > 0)
    }
    // Eigenvectors (1, 1) / √2 and (1, −1) / √2: of equal magnitudes the first is positive.
    let small = try SymmetricEigen(of: [2, 1, 1, 2], size: 2)
    #expect(abs(small.values[0] - 3) < 1e-14 && abs(small.values[1] - 1) < 1e-14)
    #expect(small.vectors[0] > 0 && small.vectors[1] > 0)
  }

  @Test func equalAndZeroEigenvalues() throws {
    for (matrix, values) in [
      ([Double](repeating: 0, count: 25), [Double](repeating: 0, count: 5)),
      (Square.identity(5).entries, [Double](repeating: 1, count: 5)),
      ([Double](repeating: 1, count: 25), [5, 0, 0, 0, 0]),
    ] {
      let eigen = try SymmetricEigen(of: matrix, size: 5)
      #expect(eigen.values.count == 5)
      #expect(zip(eigen.values, values).allSatisfy { abs($0 - $1) < 1e-14 }, "\(eigen.values)")
      let vectors = Square(eigen.vectors, 5)
      #expect(vectors.times(vectors.transposed).distance(to: .identity(5)) < 1e-14)
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity]) func numbersThatAreNotFiniteAreRefused(_ bad: Double) {
    #expect(throws: DecompositionError.notFinite(row: 2, column: 1)) {
      _ = try SymmetricEigen(of: [1, 0, 0, 0, 1, 0, 0, bad, 1], size: 3)
    }
    #expect(throws: DecompositionError.notFinite(row: 1, column: 0)) {
      _ = try OrthogonalTriangular(of: Matrix(FloatBuffer([1, 2, Float(bad), 4]), 2, 2))
    }
  }

  // MARK: - Q R

  @Test func orthogonalFactorsOfEveryShape() throws {
    var generator = SeededGenerator(seed: 34)
    try withEvery("rows", in: Self.sizes) { rows in
      try withEvery("columns", in: Self.sizes.filter { $0 <= rows }) { columns in
        let (matrix, elements) = generator.embeddedMatrix(rows: rows, columns: columns)
        let factors = try OrthogonalTriangular(of: matrix)
        let q = DoubleTensor(factors.orthogonal, rows: rows, columns: columns)
        let r = DoubleTensor(factors.triangular, rows: columns, columns: columns)
        try expectClose(elements, q.matmul(r).elements, floor: Double(max(1, columns)).squareRoot(), "Q R")
        let identity = Square.identity(columns).entries
        try expectClose(q.transposed.matmul(q).elements.map { Float($0) }, identity, floor: 1, "Qᵀ Q")
        for row in 0..<columns {
          try expect(r[row, row] >= 0, "R[\(row), \(row)] is negative")
          for column in 0..<row { try expect(r[row, column] == 0, "R is not triangular") }
        }
      }
    }
  }

  @Test func aSquareOrthogonalMatrixIsItsOwnFactor() throws {
    let factors = try OrthogonalTriangular(of: Matrix(FloatBuffer([0, 1, -1, 0]), 2, 2))
    try expectClose(factors.orthogonal.elements, [0, 1, -1, 0])
    try expectClose(factors.triangular.elements, [1, 0, 0, 1])
  }

  // MARK: - Covariance and random numbers

  @Test(arguments: [2, 3, 17, 1023, 1024, 1025, 2500]) func covarianceOfEverySize(rows: Int) throws {
    var generator = SeededGenerator(seed: 35)
    try withEvery("columns", in: [0, 1, 2, 15, 16, 17, 97, 130]) { columns in
      let (matrix, elements) = generator.embeddedMatrix(rows: rows, columns: columns)
      let means = columnMeans(matrix)
      let found = covariance(matrix, means: means)
      try expect(found.count == columns * columns, "\(found.count) numbers")
      for first in 0..<columns {
        let mean = stride(from: first, to: elements.count, by: columns).reduce(0) { $0 + Double(elements[$1]) }
        try expect(abs(means[first] - mean / Double(rows)) < 1e-13, "mean \(first)")
        // A few of the pairs of each column: the naive sums take long.
        for second in Set([0, first / 2, first, columns - 1]) {
          var sum = 0.0
          for row in 0..<rows {
            sum +=
              (Double(elements[row * columns + first]) - means[first])
              * (Double(elements[row * columns + second]) - means[second])
          }
          let entry = found[first * columns + second]
          try expect(abs(entry - sum / Double(rows - 1)) < 1e-13, "covariance of \(first) and \(second)")
          try expect(entry == found[second * columns + first], "not symmetric at \(first), \(second)")
        }
      }
    }
  }

  @Test func aMeanFarFromZeroDoesNotDrownTheVariance() {
    let x = FloatBuffer([4096, 4097, 4096, 4097])
    #expect(columnMeans(Matrix(x, 4, 1)) == [4096.5])
    #expect(abs(covariance(Matrix(x, 4, 1), means: [4096.5])[0] - 1.0 / 3) < 1e-15)
  }

  @Test func normalNumbersAreNormalAndKeyed() {
    let count = 200_001
    let numbers = normalNumbers(count, key: 7).elements.doubles
    var moments = [Double](repeating: 0, count: 4)
    for number in numbers {
      var power = 1.0
      for index in moments.indices {
        power *= number
        moments[index] += power / Double(count)
      }
    }
    let expected: [Double] = [0, 1, 0, 3]
    #expect(zip(moments, expected).allSatisfy { abs($0 - $1) < 0.05 }, "\(moments)")
    let outside = Double(numbers.count { abs($0) > 1.959964 }) / Double(count)
    #expect(abs(outside - 0.05) < 0.002, "\(outside) lie outside 95 %")
    #expect(normalNumbers(9, key: 7).elements == Array(normalNumbers(count, key: 7).elements.prefix(9)))
    #expect(normalNumbers(9, key: 8).elements != normalNumbers(9, key: 7).elements)
  }
}

// MARK: - Plain matrices

/// A square matrix in double precision with the plainest of algorithms.
private struct Square {
  var entries: [Double]
  let size: Int

  init(_ entries: [Double], _ size: Int) { (self.entries, self.size) = (entries, size) }

  static func identity(_ size: Int) -> Square { diagonal([Double](repeating: 1, count: size)) }

  static func diagonal(_ values: [Double]) -> Square {
    var result = Square([Double](repeating: 0, count: values.count * values.count), values.count)
    for (index, value) in values.enumerated() { result[index, index] = value }
    return result
  }

  subscript(_ row: Int, _ column: Int) -> Double {
    get { entries[row * size + column] }
    set { entries[row * size + column] = newValue }
  }

  var transposed: Square {
    var result = self
    for row in 0..<size { for column in 0..<size { result[row, column] = self[column, row] } }
    return result
  }

  func times(_ other: Square) -> Square {
    var result = Square([Double](repeating: 0, count: entries.count), size)
    for row in 0..<size {
      for inner in 0..<size {
        for column in 0..<size { result[row, column] += self[row, inner] * other[inner, column] }
      }
    }
    return result
  }

  func distance(to other: Square) -> Double { zip(entries, other.entries).map { abs($0 - $1) }.max() ?? 0 }

  /// The eigenvalues, descending, by Jacobi's rotations: each makes one pair of entries 0 until all are.
  var jacobiEigenvalues: [Double] {
    var a = self
    for _ in 0..<30 {
      for p in 0..<size {
        for q in p + 1..<max(p + 1, size) where a[p, q] != 0 {
          let slope = (a[q, q] - a[p, p]) / (2 * a[p, q])
          let tangent = (slope < 0 ? -1 : 1) / (abs(slope) + (slope * slope + 1).squareRoot())
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for k in 0..<size {
            (a[k, p], a[k, q]) = (cosine * a[k, p] - sine * a[k, q], sine * a[k, p] + cosine * a[k, q])
          }
          for k in 0..<size {
            (a[p, k], a[q, k]) = (cosine * a[p, k] - sine * a[q, k], sine * a[p, k] + cosine * a[q, k])
          }
        }
      }
      let rest = (0..<size).map { row in (0..<row).reduce(0) { max($0, abs(a[row, $1])) } }.max() ?? 0
      if rest < 1e-300 { break }
    }
    return (0..<size).map { a[$0, $0] }.sorted(by: >)
  }
}

extension SeededGenerator {
  /// A symmetric matrix with entries from −1 to 1.
  fileprivate mutating func symmetric(_ size: Int) -> [Double] {
    var result = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        result[row * size + column] = Double.random(in: -1...1, using: &self)
        result[column * size + row] = result[row * size + column]
      }
    }
    return result
  }
}
