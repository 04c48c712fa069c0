import Kernels
import Tensors
import TestSupport
import Testing

/// A constant input costs no product in the reverse pass.
@Suite struct FrozenWeightTests {
  private static let (rows, width, inner) = (40, 16, 48)

  private func numbers(_ shape: Shape, seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor(generator.floats(shape.count), shape: shape)
  }

  /// The operations of the reverse pass where only some inputs need a gradient.
  private func operations(
    of function: ([Tensor]) -> Tensor, at inputs: [Tensor], needing needed: [Int]
  ) -> Int {
    let pullback = Pullback(of: needed.map { inputs[$0] }) { tracked in
      var inputs = inputs
      for (index, tensor) in zip(needed, tracked) { inputs[index] = tensor }
      return [function(inputs)]
    }
    let seed = Tensor(repeating: 1, shape: pullback.outputs[0].shape)
    return ProductCounter.operations {
      let gradients = pullback([seed])
      #expect(gradients.count == needed.count && gradients.allSatisfy { $0 != nil })
    }
  }

  /// Inputs x, W₁, b₁, W₂, b₂, and the number of products of the block's size that their gradients take.
  @Test(arguments: [
    ([0], 2), ([1], 2), ([2], 1), ([3], 1), ([4], 0), ([0, 1, 2, 3, 4], 4), ([0, 2, 4], 2), ([0, 1], 3), ([1, 3], 3),
    ([0, 3], 3), ([2, 4], 1), ([3, 4], 1),
  ])
  func feedForward(needed: [Int], products: Int) {
    let (rows, width, inner) = (Self.rows, Self.width, Self.inner)
    let inputs = [[rows, width], [inner, width], [inner], [width, inner], [width]].enumerated()
      .map { numbers(Shape($0.element), seed: UInt64($0.offset)) }
    let found = operations(
      of: {
        $0[0].feedForward(
          input: AffineMap(weight: $0[1], bias: $0[2]), output: AffineMap(weight: $0[3], bias: $0[4]), activation: .gelu
        )
      }, at: inputs, needing: needed)
    #expect(found == products * 2 * rows * width * inner)
  }

  @Test(arguments: [([0], 1), ([1], 1), ([2], 0), ([0, 1, 2], 2), ([0, 2], 1)])
  func linear(needed: [Int], products: Int) {
    let (rows, width, inner) = (Self.rows, Self.width, Self.inner)
    let inputs = [numbers([rows, width], seed: 1), numbers([inner, width], seed: 2), numbers([inner], seed: 3)]
    let found = operations(
      of: { $0[0].linear(AffineMap(weight: $0[1], bias: $0[2])) }, at: inputs, needing: needed)
    #expect(found == products * 2 * rows * width * inner)
  }

  /// Inputs x, then weight and bias of three maps of 48 outputs; the number of products of one map's size.
  @Test(arguments: [
    ([0], 3), ([1], 1), ([3], 1), ([2, 4, 6], 0), ([1, 3], 2), ([1, 5], 2), ([1, 3, 5], 3), ([0, 5], 4), ([0, 2], 3),
  ])
  func linearSideBySide(needed: [Int], products: Int) {
    let (rows, width, inner) = (Self.rows, Self.width, Self.inner)
    let inputs =
      [numbers([rows, width], seed: 1)]
      + (0..<3).flatMap { [numbers([inner, width], seed: 2 + $0), numbers([inner], seed: 5 + $0)] }
    let found = operations(
      of: { inputs in
        inputs[0].linearSideBySide([1, 3, 5].map { AffineMap(weight: inputs[$0], bias: inputs[$0 + 1]) })
      }, at: inputs, needing: needed)
    // Without packed products the gradients of all weights come from one product.
    let isJoined =
      needed.contains { [1, 3, 5].contains($0) } && !rowsAreIndependent(rows: inner, columns: width, inner: rows)
    let expected = isJoined ? (needed.contains(0) ? 6 : 3) : products
    #expect(found == expected * 2 * rows * width * inner)
  }
}
