import Kernels
import Tensors
import TestSupport

// Affine maps with a low-rank update.

extension SampleMaker {
  mutating func addActivation() {
    for activation in Activation.allCases {
      addFunction({ $0.activated(by: activation) }) { $0.mapped(activation.value) }
    }
  }

  /// One map; x may be dropped in front of A.
  mutating func addLinearWithUpdate() {
    for (rows, inputs, outputs, rank) in [(1, 1, 1, 1), (3, 7, 2, 4), (33, 16, 5, 2), (34, 16, 32, 16), (0, 4, 2, 3)] {
      for rate in [0, 0.25] as [Float] {
        let mask = rate > 0 ? DropoutMask(key: 5, rate: rate) : nil
        add(
          "\(rows) × \(inputs) → \(outputs), rank \(rank), dropout \(rate)",
          [
            even([rows, inputs]), even([outputs, inputs]), even([outputs]), even([rank, inputs]),
            even([outputs, rank]),
          ],
          { inputs in
            inputs[0].linear(
              AffineMap(
                weight: inputs[1], bias: inputs[2],
                update: LowRankUpdate(down: inputs[3], up: inputs[4], scale: 0.75, dropout: mask)))
          },
          { inputs in
            inputs[0].linear(weight: inputs[1], bias: inputs[2])
              + inputs[0].lowRank(down: inputs[3], up: inputs[4], scale: 0.75, mask: mask)
          })
      }
    }
  }

  /// Queries and values have an update, keys have none; one has a mask.
  mutating func addLinearSideBySideWithUpdates() {
    for (rows, inputs, outputs) in [(5, 7, 3), (33, 16, 16), (130, 4, 2)] {
      let mask = DropoutMask(key: 6, rate: 0.5)
      let weights = (0..<3).map { _ in even([outputs, inputs]) }
      let factors = [even([2, inputs]), even([outputs, 2]), even([3, inputs]), even([outputs, 3])]
      add(
        "\(rows) × \(inputs) → three of \(outputs), two with updates", [even([rows, inputs])] + weights + factors,
        { inputs in
          inputs[0].linearSideBySide([
            AffineMap(weight: inputs[1], update: LowRankUpdate(down: inputs[4], up: inputs[5], scale: 2)),
            AffineMap(weight: inputs[2]),
            AffineMap(
              weight: inputs[3], update: LowRankUpdate(down: inputs[6], up: inputs[7], scale: -0.5, dropout: mask)),
          ])
        },
        { inputs in
          let x = inputs[0]
          let (query, key, value) = (
            x.linear(weight: inputs[1], bias: nil), x.linear(weight: inputs[2], bias: nil),
            x.linear(weight: inputs[3], bias: nil)
          )
          return .concatenated(
            [
              query + x.lowRank(down: inputs[4], up: inputs[5], scale: 2, mask: nil), key,
              value + x.lowRank(down: inputs[6], up: inputs[7], scale: -0.5, mask: mask),
            ], axis: 1)
        })
    }
  }
}

extension DoubleTensor {
  /// s · dropout(x) Aᵀ Bᵀ.
  func lowRank(down: DoubleTensor, up: DoubleTensor, scale: Double, mask: DropoutMask?) -> DoubleTensor {
    let dropped = mask.map { self * DoubleTensor($0.factors(count: elements.count), shape: shape) } ?? self
    return dropped.linear(weight: down, bias: nil).linear(weight: up, bias: nil).mapped { $0 * scale }
  }
}
