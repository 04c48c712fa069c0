import Kernels
import Tensors
import TestSupport
import Testing

/// A gated feed-forward block whose maps have low-rank updates is the block of the merged weights.
@Suite struct GatedUpdateTests {
  private static func random(_ rows: Int, _ columns: Int, _ key: UInt64) -> Tensor {
    Tensor(normalNumbers(rows * columns, key: key).elements.map { $0 * 0.5 }, shape: [rows, columns])
  }

  @Test(arguments: [0, 1, 2])
  func equalsTheBlockOfMergedWeights(_ layout: Int) {
    let (rows, width, inner, rank) = (33, 8, 12, 3)
    func map(_ outputs: Int, _ inputs: Int, _ key: UInt64) -> AffineMap {
      AffineMap(
        weight: Self.random(outputs, inputs, key), bias: nil,
        update: LowRankUpdate(
          down: Self.random(rank, inputs, key + 1), up: Self.random(outputs, rank, key + 2), scale: 0.75))
    }
    let x = Self.random(rows, width, 1)
    let (packed, gate, up, output) = (
      map(2 * inner, width, 10), map(inner, width, 20), map(inner, width, 30), map(width, inner, 40)
    )
    func input(_ change: (AffineMap) -> AffineMap) -> GatedInput {
      switch layout {
      case 0: .gateThenUp(change(packed))
      case 1: .upThenGate(change(packed))
      default: .separate(gate: change(gate), up: change(up))
      }
    }
    let mask = DropoutMask(key: 7, rate: 0.25)
    let found = valueAndGradients(of: [x]) { inputs in
      inputs[0].gatedFeedForward(input: input { $0 }, output: output, activation: .silu, dropout: mask)
        .sum(axis: 0, keepingDimension: false).sum(axis: 0, keepingDimension: false)
    }
    let expected = valueAndGradients(of: [x]) { inputs in
      inputs[0].gatedFeedForward(
        input: input(\.merged), output: output.merged, activation: .silu, dropout: mask
      )
      .sum(axis: 0, keepingDimension: false).sum(axis: 0, keepingDimension: false)
    }
    for (a, b) in zip(found.gradients[0].elements, expected.gradients[0].elements) {
      #expect(abs(a - b) < 1e-3 * max(1, abs(b)))
    }
    #expect(abs(found.value.elements[0] - expected.value.elements[0]) < 1e-3 * max(1, abs(expected.value.elements[0])))
  }
}
