import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct LowRankUpdateTests {
  private func numbers(_ shape: Shape, seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor(generator.floats(shape.count), shape: shape)
  }

  private func map(outputs: Int, inputs: Int, seed: UInt64, rank: Int = 4, zero: Bool = false) -> AffineMap {
    AffineMap(
      weight: numbers([outputs, inputs], seed: seed), bias: numbers([outputs], seed: seed + 1),
      update: LowRankUpdate(
        down: numbers([rank, inputs], seed: seed + 2),
        up: zero ? Tensor(repeating: 0, shape: [outputs, rank]) : numbers([outputs, rank], seed: seed + 3), scale: 0.5))
  }

  /// Few rows, rows that are joined, and rows of several bands, at widths of packed products and at others.
  @Test(arguments: [1, 31, 40, 200, 1500])
  func anUpdateWithBOfZeroLeavesEveryBit(rows: Int) throws {
    for (inputs, inner) in [(32, 64), (48, 96), (15, 33)] {
      let x = numbers([rows, inputs], seed: 1)
      let maps = [2, 6, 10].map { map(outputs: inputs, inputs: inputs, seed: $0, zero: true) }
      let plain = maps.map { AffineMap(weight: $0.weight, bias: $0.bias) }
      try expectSameBits(x.linear(maps[0]).elements, x.linear(plain[0]).elements)
      try expectSameBits(x.linearSideBySide(maps).elements, x.linearSideBySide(plain).elements)
      let (up, down) = (
        map(outputs: inner, inputs: inputs, seed: 14, zero: true),
        map(outputs: inputs, inputs: inner, seed: 18, zero: true)
      )
      try expectSameBits(
        x.feedForward(input: up, output: down, activation: .gelu).elements,
        x.feedForward(
          input: AffineMap(weight: up.weight, bias: up.bias), output: AffineMap(weight: down.weight, bias: down.bias),
          activation: .gelu
        ).elements)
    }
  }

  /// A block with an update in either map, or in both, is the block of the merged weights.
  @Test(arguments: [(true, false), (false, true), (true, true)])
  func aFeedForwardBlockComputesUpdates(inFirst: Bool, inSecond: Bool) throws {
    var (input, output) = (map(outputs: 33, inputs: 16, seed: 1), map(outputs: 16, inputs: 33, seed: 5))
    if !inFirst { input.update = nil }
    if !inSecond { output.update = nil }
    let x = numbers([40, 16], seed: 9)
    try expectClose(
      x.feedForward(input: input, output: output, activation: .silu).elements,
      x.feedForward(input: input.merged, output: output.merged, activation: .silu).elements.map(Double.init),
      floor: 1)
  }

  @Test func rowsOfAMapHaveTheirRowsOfTheUpdate() throws {
    let (map, x) = (map(outputs: 24, inputs: 16, seed: 3), numbers([40, 16], seed: 7))
    for range in [0..<8, 8..<24] {
      try expectClose(
        x.linear(map.rows(range)).elements, x.linear(map).slice(range, axis: 1).elements.map(Double.init), floor: 1)
    }
    #expect(AffineMap(weight: map.weight).rows(0..<8).update == nil)
  }

  /// With frozen weights, the products of the reverse pass are that of dx and those with the rank.
  @Test func aFrozenWeightCostsNoProduct() {
    let (rows, width, rank) = (40, 16, 4)
    let (map, x) = (map(outputs: width, inputs: width, seed: 1, rank: rank), numbers([rows, width], seed: 2))
    func operations(ofX needsX: Bool) -> Int {
      guard let update = map.update else { return 0 }
      let pullback = Pullback(of: [update.down, update.up] + (needsX ? [x] : [])) { tracked in
        var map = map
        map.update?.down = tracked[0]
        map.update?.up = tracked[1]
        return [(needsX ? tracked[2] : x).linear(map)]
      }
      let seed = Tensor(repeating: 1, shape: pullback.outputs[0].shape)
      return ProductCounter.operations { _ = pullback([seed]) }
    }
    let (full, low) = (2 * rows * width * width, 2 * rows * width * rank)
    #expect(operations(ofX: false) == 3 * low)
    #expect(operations(ofX: true) == full + 4 * low)
  }
}

extension AffineMap {
  /// The map with the weight W + s B A in place of an update.
  var merged: AffineMap {
    guard let update else { return self }
    return AffineMap(weight: weight + update.up.matmul(update.down) * update.scale, bias: bias)
  }
}
