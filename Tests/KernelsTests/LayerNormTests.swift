import Kernels
import TestSupport
import Testing

@Suite struct LayerNormTests {
  private static let widths = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100, 257]

  /// What γ and β are in one column: the reverse pass has the normalized rows back from y only where that costs nothing.
  private enum Column: CaseIterable {
    case usual, noScale, noScaleAndNoShift, smallScale, smallestScale

    var parameters: (gamma: Float, beta: Float)? {
      switch self {
      case .usual: nil
      case .noScale: (0, 0.5)
      case .noScaleAndNoShift: (0, 0)
      case .smallScale: (0.016, 1)
      case .smallestScale: (1e-4, 1)
      }
    }
  }

  @Test(arguments: [0, 1, 2, 3, 33, 257]) func equalsPlainLoops(rows: Int) throws {
    try withEvery("width", in: Self.widths) { width in
      try withEvery("residual", in: [false, true]) { hasResidual in
        try withEvery("dropout rate", in: [0, 0.25]) { rate in
          try withEvery("a column with", in: Column.allCases) { column in
            try check(rows: rows, width: width, hasResidual: hasResidual, rate: rate, column: column)
          }
        }
      }
    }
  }

  /// 256 rows make a band of partial sums; more of them than threads.
  @Test func equalsPlainLoopsOverSeveralBands() throws {
    try check(rows: 600, width: 600, hasResidual: true, rate: 0.1, column: .usual)
    try check(rows: 1030, width: 33, hasResidual: true, rate: 0.1, column: .noScale)
  }

  /// A mean a thousand times the deviation: the two-pass variance keeps what a sum of squares would lose.
  @Test func largeMeansCostLittle() throws {
    var generator = SeededGenerator(seed: 4)
    let (rows, width) = (3, 384)
    let x = generator.floats(rows * width, in: 999...1001)
    let ones = FloatBuffer(repeating: 1, count: width)
    let kernel = LayerNormKernel(rows: rows, gamma: ones, beta: FloatBuffer(repeating: 0, count: width), epsilon: 1e-12)
    let y = kernel.forward(FloatBuffer(x), residual: nil, mask: nil).y
    // The mean itself, 1,000, is known to 6·10⁻⁵ only, a ten-thousandth of the deviation.
    try expectClose(
      y.elements, DoubleTensor(x, shape: [rows, width]).standardizedRows(epsilon: 1e-12).elements, tolerance: 1e-4)
  }

  private func check(rows: Int, width: Int, hasResidual: Bool, rate: Float, column: Column) throws {
    var generator = SeededGenerator(seed: UInt64(rows * 1000 + width))
    let count = rows * width
    // A row of few elements may have a deviation near 0; with the ε of BERT it would amplify rounding errors without bound.
    let epsilon: Float = width < 15 ? 1e-2 : 1e-12
    let x = generator.floats(count, in: -2...2)
    let residual = generator.floats(count)
    let dy = generator.floats(count)
    var gamma = generator.floats(width, in: 0.5...1.5)
    var beta = generator.floats(width)
    if let (gammaHere, betaHere) = column.parameters { (gamma[width / 2], beta[width / 2]) = (gammaHere, betaHere) }
    let mask = rate > 0 ? DropoutMask(key: 77, rate: rate) : nil
    let kernel = LayerNormKernel(
      rows: rows, gamma: FloatBuffer(gamma), beta: FloatBuffer(beta), epsilon: epsilon)
    let (y, saved) = kernel.forward(
      FloatBuffer(x), residual: hasResidual ? FloatBuffer(residual) : nil, mask: mask)
    let found = kernel.backward(FloatBuffer(dy), y: y, saved: saved, mask: mask)

    let factors = DoubleTensor(
      mask?.factors(count: count) ?? [Double](repeating: 1, count: count), shape: [rows, width])
    var sum = DoubleTensor(x, shape: [rows, width]) * factors
    if hasResidual { sum = sum + DoubleTensor(residual, shape: [rows, width]) }
    let normalized = sum.standardizedRows(epsilon: Double(epsilon))
    let exactGamma = DoubleTensor(gamma, shape: [width])
    let exactDy = DoubleTensor(dy, shape: [rows, width])
    let scaled = exactDy * exactGamma
    let dSum = DoubleTensor(
      (0..<rows).flatMap { row -> [Double] in
        let (d, s) = (scaled.row(row), normalized.row(row))
        let mean = d.reduce(0, +) / Double(width)
        let product = zip(d, s).reduce(0) { $0 + $1.0 * $1.1 } / Double(width)
        let values = sum.row(row)
        let center = values.reduce(0, +) / Double(width)
        let variance = values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(width)
        return zip(d, s).map { ($0 - mean - $1 * product) / (variance + Double(epsilon)).squareRoot() }
      }, shape: [rows, width])

    let tolerance = Tolerance.gradient
    try expectClose(
      y.elements, (normalized * exactGamma + DoubleTensor(beta, shape: [width])).elements, tolerance: tolerance,
      floor: 1, "y")
    try expectClose(
      found.residual.elements, dSum.elements, tolerance: tolerance, floor: 1, "ds")
    try expectClose(
      found.x.elements, (dSum * factors).elements, tolerance: tolerance, floor: 1, "dx")
    let floor = max(1, Double(rows).squareRoot())
    try expectClose(
      found.gamma.elements, (exactDy * normalized).sum(axis: 0).elements, tolerance: tolerance, floor: floor, "dγ")
    try expectClose(found.beta.elements, exactDy.sum(axis: 0).elements, tolerance: tolerance, floor: floor, "dβ")
  }
}
