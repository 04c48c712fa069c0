import Layers
import Tensors
import TestSupport

/// A small model with everything that modules are made of: children, an array of them, one that may be absent, and a
/// parameter of its own.
struct Tower: Module {
  var input: Linear
  var blocks: [Block]
  var head: Linear?
  var scale: Tensor

  struct Block: Module {
    var dense: Linear
    var norm: LayerNorm

    mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
      visitor.visit("dense", &dense)
      visitor.visit("LayerNorm", &norm)
    }
  }

  /// Makes a tower with different numbers everywhere.
  init(depth: Int, hasHead: Bool) {
    input = Linear(inputs: 3, outputs: 4)
    blocks = (0..<depth).map { _ in
      Block(dense: Linear(inputs: 4, outputs: 4), norm: LayerNorm(width: 4, epsilon: 1e-5))
    }
    head = hasHead ? Linear(inputs: 4, outputs: 2, hasBias: false) : nil
    scale = Tensor(0)
    var generator = SeededGenerator(seed: 3)
    updateParameters { _, parameter in
      parameter = Tensor(generator.floats(parameter.shape.count), shape: parameter.shape)
    }
  }

  mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("embeddings.input", &input)
    visitor.visit("layer", &blocks)
    visitor.visit("head", &head)
    visitor.visit("scale", &scale)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var hidden = input(x)
    for block in blocks { hidden = block.norm(block.dense(hidden).tanh(), residual: hidden) }
    return (head?(hidden) ?? hidden) * scale
  }
}
