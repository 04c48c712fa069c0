import TestSupport
import Testing

@testable import Kernels

/// Products of 8-bit integers: the same bits with each instruction, with 32-bit products, and by the definition.
@Suite struct BytePanelsTests {
  static let shapes = [
    (1, 1, 16), (2, 3, 16), (5, 4, 32), (6, 63, 16), (7, 64, 48), (12, 65, 16), (13, 384, 32), (25, 385, 16),
    (97, 770, 16), (3, 4099, 16), (16, 64, 32), (17, 130, 48), (32, 256, 64), (33, 300, 80), (64, 20, 16),
  ]

  @Test(
    .enabled(if: Arithmetic.allOfBytes.count > 1, "this build and processor have no instruction for it"),
    arguments: Arithmetic.allOfBytes.filter { $0 != .emulated }, [1, 1e-36, 1e36] as [Float])
  func emulatedProductsHaveTheBitsOfInstructions(arithmetic: Arithmetic, size: Float) throws {
    var generator = SeededGenerator(seed: 41)
    try withEvery("rows, inner, columns", in: Self.shapes) { shape in
      let factors = Factors(shape, size: size, &generator)
      try expectSameBits(factors.product(.emulated), factors.product(arithmetic))
    }
  }

  /// Some columns of the panels, in a target among other numbers.
  @Test(arguments: Arithmetic.allOfBytes) func someColumnsAreThoseOfTheProduct(arithmetic: Arithmetic) throws {
    var generator = SeededGenerator(seed: 44)
    let (rows, inner, outputs) = (37, 100, 96)
    let panels = BytePanels(Matrix(generator.buffer(outputs * inner), outputs, inner), arithmetic: arithmetic)
    let x = panels.pack(Matrix(generator.buffer(rows * inner), rows, inner))
    let bias = generator.buffer(outputs)
    let all = FloatBuffer(repeating: .nan, count: rows * outputs)
    panels.multiply(x, columns: 0..<outputs, bias: bias.base, into: Matrix(all, rows, outputs))
    try withEvery("columns", in: [0..<16, 16..<48, 32..<96, 80..<96]) { columns in
      let (target, buffer) = embeddedTarget(rows: rows, columns: columns.count)
      panels.multiply(x, columns: columns, bias: bias.base + columns.lowerBound, into: target)
      let (inside, outside) = split(buffer, rows: rows, columns: columns.count)
      #expect(outside.allSatisfy { $0 == untouched })
      let expected = (0..<rows).flatMap { row in columns.map { all.elements[row * outputs + $0] } }
      try expectSameBits(inside, expected)
    }
  }

  @Test func productsFollowTheDefinition() throws {
    var generator = SeededGenerator(seed: 42)
    try withEvery("rows, inner, columns", in: Self.shapes) { shape in
      let factors = Factors(shape, size: 2, &generator)
      try expectSameBits(factors.product(.ofBytes), factors.definition)
    }
  }

  /// The largest sums: no overflow of 16 or 32 bits on the way.
  @Test func sumsOfTheLargestNumbersAreExact() throws {
    let inner = BytePanels.largestInner
    let x = [Float](repeating: 1, count: inner)
    let weights = (0..<16).flatMap { [Float](repeating: $0 % 2 == 0 ? 1 : -1, count: inner) }
    for arithmetic in Arithmetic.allOfBytes {
      let panels = BytePanels(Matrix(FloatBuffer(weights), 16, inner), arithmetic: arithmetic)
      let y = FloatBuffer(repeating: 0, count: 16)
      panels.multiply(
        panels.pack(Matrix(FloatBuffer(x), 1, inner)), columns: 0..<16, bias: nil, into: Matrix(y, 1, 16))
      let exact = Double(inner)
      try expectClose(y.elements, (0..<16).map { $0 % 2 == 0 ? exact : -exact }, tolerance: 1e-6)
    }
  }

  @Test func aRowOfZerosGivesTheBiasAndOneWithoutANumberGivesNone() throws {
    var generator = SeededGenerator(seed: 43)
    let panels = BytePanels(Matrix(generator.buffer(16 * 20), 16, 20))
    var x = generator.floats(4 * 20)
    for index in 0..<20 { x[index] = 0 }
    x[27] = .nan
    x[41] = .infinity
    let bias = generator.buffer(16)
    let y = FloatBuffer(repeating: 0, count: 64)
    panels.multiply(
      panels.pack(Matrix(FloatBuffer(x), 4, 20)), columns: 0..<16, bias: bias.base, into: Matrix(y, 4, 16))
    try expectSameBits(Array(y.elements[..<16]), bias.elements)
    #expect(y.elements[16..<48].allSatisfy { !$0.isFinite })
    #expect(Array(y.elements[48...]).areAllFinite)
  }

  private struct Factors {
    let x, w, bias: [Float]
    let rows, inner, columns: Int

    init(_ shape: (rows: Int, inner: Int, columns: Int), size: Float, _ generator: inout SeededGenerator) {
      (rows, inner, columns) = shape
      // Rows of many sizes, and some zeros.
      x = generator.floats(shape.rows * shape.inner).enumerated().map { index, number in
        index % 7 == 3 ? 0 : number * size * Float(1 + index / shape.inner)
      }
      w = generator.floats(columns * inner)
      bias = generator.floats(columns)
    }

    func product(_ arithmetic: Arithmetic) -> [Float] {
      let panels = BytePanels(Matrix(FloatBuffer(w), columns, inner), arithmetic: arithmetic)
      let y = FloatBuffer(repeating: .nan, count: rows * columns)
      // Its memory must not go to another test before the product is there.
      let bias = FloatBuffer(bias)
      withExtendedLifetime(bias) {
        panels.multiply(
          panels.pack(Matrix(FloatBuffer(x), rows, inner)), columns: 0..<columns, bias: bias.base,
          into: Matrix(y, rows, columns))
      }
      return y.elements
    }

    var definition: [Float] {
      let (x, w) = (quantized(x), quantized(w))
      return (0..<rows * columns).map { index in
        let (row, column) = (index / columns, index % columns)
        var sum = 0
        for k in 0..<inner { sum += x.integers[row * inner + k] * w.integers[column * inner + k] }
        return multiplyAdd(Float(sum), w.scales[column] * x.scales[row], bias[column])
      }
    }

    private func quantized(_ numbers: [Float]) -> (integers: [Int], scales: [Float]) {
      var (integers, scales) = ([Int](), [Float]())
      for row in 0..<numbers.count / inner {
        let row = numbers[row * inner..<(row + 1) * inner]
        let peak = max(1e-30, row.map(abs).max() ?? 0)
        integers += row.map { Int(($0 * (127 / peak)).rounded(.toNearestOrEven)) }
        scales.append(peak / 127)
      }
      return (integers, scales)
    }
  }
}
