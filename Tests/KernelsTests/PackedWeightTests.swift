import TestSupport
import Testing

@testable import Kernels

/// Products of layers with packed weights.
@Suite struct PackedWeightTests {
  static let below32: [Precision] = [.bfloat16, .int8]

  @Test(arguments: below32) func productsAreNearThoseIn32Bits(precision: Precision) throws {
    var generator = SeededGenerator(seed: 51)
    let tolerance = precision == .bfloat16 ? 4e-3 : 1.5e-2
    try withEvery("rows, inner, outputs", in: [(1, 384, 384), (12, 96, 1536), (33, 100, 48), (200, 384, 64)]) {
      rows, inner, outputs in
      let x = Matrix(generator.buffer(rows * inner), rows, inner)
      let weight = Matrix(generator.buffer(outputs * inner), outputs, inner)
      let bias = generator.buffer(outputs)
      let packed = try #require(PackedWeight(weight, precision: precision))
      let (expected, found) = (
        FloatBuffer(repeating: 0, count: rows * outputs), FloatBuffer(repeating: .nan, count: rows * outputs)
      )
      linear(x, weight: weight, bias: bias, into: Matrix(expected, rows, outputs))
      linear(x, weight: LayerWeight(weight, packed: packed), bias: bias, into: Matrix(found, rows, outputs))
      try expectClose(found.elements, expected.elements.doubles, tolerance: tolerance)
      // It was not computed in 32 bits.
      try expect(found.elements != expected.elements, "the numbers of \(precision) are those of 32 bits")
    }
  }

  /// A row's bits do not depend on the others: not on their number, nor on the place among them.
  @Test(arguments: below32) func rowsAreIndependent(precision: Precision) throws {
    var generator = SeededGenerator(seed: 52)
    let (inner, outputs) = (100, 48)
    let weight = Matrix(generator.buffer(outputs * inner), outputs, inner)
    let layer = LayerWeight(weight, packed: PackedWeight(weight, precision: precision))
    let x = Matrix(generator.buffer(300 * inner), 300, inner)
    func product(_ range: Range<Int>) -> [Float] {
      let y = FloatBuffer(repeating: .nan, count: range.count * outputs)
      linear(x.rows(range), weight: layer, bias: nil, into: Matrix(y, range.count, outputs))
      return y.elements
    }
    let all = product(0..<300)
    for range in [0..<1, 3..<4, 5..<38, 90..<110, 299..<300, 0..<97] {
      try expectSameBits(
        product(range), Array(all[range.lowerBound * outputs..<range.upperBound * outputs]), "\(range)")
    }
  }

  @Test(arguments: below32) func severalProductsAreThoseOfEach(precision: Precision) throws {
    var generator = SeededGenerator(seed: 53)
    for rows in [7, 150] {
      let x = Matrix(generator.buffer(rows * 64), rows, 64)
      let weights = [32, 16, 48].map { Matrix(generator.buffer($0 * 64), $0, 64) }
      let layers = weights.map { LayerWeight($0, packed: PackedWeight($0, precision: precision)) }
      let biases = [generator.buffer(32), nil, generator.buffer(48)]
      let (target, buffer) = embeddedTarget(rows: rows, columns: 96)
      let columns = [0..<32, 32..<48, 48..<96]
      let maps = layers.indices.map { PackedMap(layers[$0], bias: biases[$0], into: target.columns(columns[$0])) }
      linear(x, try maps.map { try #require($0) })
      let (inside, outside) = split(buffer, rows: rows, columns: 96)
      #expect(outside.allSatisfy { $0 == untouched })
      for index in layers.indices {
        let y = FloatBuffer(repeating: .nan, count: rows * columns[index].count)
        linear(x, weight: layers[index], bias: biases[index], into: Matrix(y, rows, columns[index].count))
        let range = columns[index]
        let part: [Float] = (0..<rows).flatMap { inside[$0 * 96 + range.lowerBound..<$0 * 96 + range.upperBound] }
        try expectSameBits(part, y.elements)
      }
    }
  }

  @Test(arguments: below32) func someOutputsOfAWeight(precision: Precision) throws {
    var generator = SeededGenerator(seed: 54)
    let weight = Matrix(generator.buffer(64 * 40), 64, 40)
    let packed = try #require(PackedWeight(weight, precision: precision))
    let copy = FloatBuffer(weight.buffer.elements(in: 16 * 40..<48 * 40))
    let part = try #require(packed.rows(16..<48, copiedTo: copy))
    let x = Matrix(generator.buffer(5 * 40), 5, 40)
    let (all, some) = (FloatBuffer(repeating: 0, count: 5 * 64), FloatBuffer(repeating: 0, count: 5 * 32))
    linear(x, weight: LayerWeight(weight, packed: packed), bias: nil, into: Matrix(all, 5, 64))
    linear(x, weight: LayerWeight(Matrix(copy, 32, 40), packed: part), bias: nil, into: Matrix(some, 5, 32))
    try expectSameBits(some.elements, (0..<5).flatMap { all.elements[$0 * 64 + 16..<$0 * 64 + 48] })
    #expect(packed.rows(8..<40, copiedTo: copy) == nil)
  }

  @Test func aWeightThatChangedIsNotThePackedOne() throws {
    var generator = SeededGenerator(seed: 55)
    let weight = Matrix(generator.buffer(32 * 40), 32, 40)
    let packed = PackedWeight(weight, precision: .bfloat16)
    #expect(LayerWeight(weight, packed: packed).packed != nil)
    #expect(LayerWeight(Matrix(weight.buffer.copy(), 32, 40), packed: packed).packed == nil)
    #expect(PackedWeight(weight, precision: .float32) == nil)
    #expect(PackedWeight(Matrix(generator.buffer(17 * 40), 17, 40), precision: .int8) == nil)
  }

  /// Many rows go through the block in bands, few do not; both give the products' bits one after the other.
  @Test(arguments: below32) func feedForwardIsItsProducts(precision: Precision) throws {
    var generator = SeededGenerator(seed: 56)
    let (width, inner) = (48, 160)
    func layer(_ rows: Int, _ columns: Int) -> LayerWeight {
      let matrix = Matrix(generator.buffer(rows * columns), rows, columns)
      return LayerWeight(matrix, packed: PackedWeight(matrix, precision: precision))
    }
    let (up, gate, down) = (layer(inner, width), layer(inner, width), layer(width, inner))
    let (upBias, downBias) = (generator.buffer(inner), generator.buffer(width))
    let plain = FeedForwardKernel(
      inputWeight: up, inputBias: upBias, outputWeight: down, outputBias: downBias, activation: .gelu)
    let gated = GatedFeedForwardKernel(
      input: [(gate, nil), (up, upBias)], gateIsFirst: true, outputWeight: down, outputBias: downBias, activation: .silu
    )
    for rows in [5, 50, 500] {
      let x = Matrix(generator.buffer(rows * width), rows, width)
      func product(_ x: Matrix, _ weight: LayerWeight, _ bias: FloatBuffer?) -> FloatBuffer {
        let y = FloatBuffer(repeating: .nan, count: rows * weight.rows)
        linear(x, weight: weight, bias: bias, into: Matrix(y, rows, weight.rows))
        return y
      }
      let raised = product(x, up, upBias)
      let active = FloatBuffer(repeating: 0, count: raised.count)
      Activation.gelu.apply(raised.base, active.base, count: raised.count)
      try expectSameBits(
        plain.forward(x, keepingPreActivation: false).y.elements,
        product(Matrix(active, rows, inner), down, downBias).elements, "\(rows) rows")
      let opened = product(x, gate, nil)
      Activation.silu.apply(opened.base, active.base, count: raised.count)
      for index in 0..<raised.count { active[index] *= raised[index] }
      try expectSameBits(
        gated.forward(x, keepingPreActivation: false).y.elements,
        product(Matrix(active, rows, inner), down, downBias).elements, "\(rows) rows, gated")
    }
  }
}
