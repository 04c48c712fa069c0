import Kernels
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing

/// Layers whose intermediate values are computed again for the gradients.
@Suite struct RecomputationTests {
  /// A tower with dropout in every block, and a matrix that all blocks share.
  private static func output(of tower: Tower, _ x: Tensor, shared: Tensor, _ context: inout ForwardContext) -> Tensor {
    tower.blocks.applied(to: x, sharing: [shared], &context) { block, index, x, shared, context in
      let hidden = block.dense(x.matmul(shared[0])).tanh()
      return block.norm(hidden * Float(index + 1), residual: x, dropout: context.dropout(rate: 0.2))
    }
  }

  private struct Shared: Module {
    var tower: Tower
    var matrix: Tensor

    mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
      visitor.visit("tower", &tower)
      visitor.visit("matrix", &matrix)
    }
  }

  private static func gradients(of model: Shared, _ x: Tensor, recomputing: Bool) -> (Tensor, ParameterDictionary) {
    valueAndGradients(of: model) { model in
      var context = ForwardContext(
        dropout: DropoutSource(seed: 3, step: 4), recomputesLayers: recomputing)
      let y = output(of: model.tower, x, shared: model.matrix, &context)
      // The next site is that after all blocks.
      return (y.dropout(context.dropout(rate: 0.5)) * y).sum()
    }
  }

  @Test(arguments: [0, 1, 2, 5]) func bitsAreThoseOfKeptValues(depth: Int) throws {
    var generator = SeededGenerator(seed: 8)
    let model = Shared(
      tower: Tower(depth: depth, hasHead: false), matrix: Tensor(generator.floats(16), shape: [4, 4]))
    let x = Tensor(generator.floats(28), shape: [7, 4])
    let (kept, recomputed) = (
      Self.gradients(of: model, x, recomputing: false), Self.gradients(of: model, x, recomputing: true)
    )
    try expectSameBits(recomputed.0.elements, kept.0.elements, "value")
    #expect(recomputed.1.keys == kept.1.keys && recomputed.1.count == (depth == 0 ? 0 : 4 * depth + 1))
    for (key, gradient) in recomputed.1 {
      try expectSameBits(gradient.elements, kept.1[key]?.elements ?? [], key)
    }
  }

  /// Only the matrix is trained: the towers' parameters stay constants in the second run too.
  @Test func frozenParametersGetNoGradients() throws {
    let tower = Tower(depth: 3, hasHead: false)
    var generator = SeededGenerator(seed: 8)
    let (x, matrix) = (Tensor(generator.floats(8), shape: [2, 4]), Tensor(generator.floats(16), shape: [4, 4]))
    let gradients = [false, true].map { recomputing in
      valueAndGradients(of: [matrix]) { inputs in
        var context = ForwardContext(dropout: nil, recomputesLayers: recomputing)
        return Self.output(of: tower, x, shared: inputs[0], &context).sum()
      }.gradients[0].elements
    }
    try expectSameBits(gradients[1], gradients[0])
  }

  /// Each block keeps about ten matrices of its own; recomputed, only one between blocks.
  @Test func memoryIsThatOfOneLayer() async {
    await #expect(processExitsWith: .success) {
      let (tower, x) = (Tower(depth: 20, hasHead: false), Tensor(repeating: 0.5, shape: [20_000, 4]))
      let matrix = Tensor((0..<16).map { Float($0) / 16 }, shape: [4, 4])
      let peaks = [false, true].map { recomputing in
        EngineMemory.releaseUnused()
        let before = EngineMemory.liveBytes
        _ = Self.gradients(of: Shared(tower: tower, matrix: matrix), x, recomputing: recomputing)
        #expect(EngineMemory.liveBytes == before)
        return EngineMemory.peakBytes - before
      }
      #expect(peaks[1] * 2 < peaks[0], "\(peaks)")
    }
  }
}
