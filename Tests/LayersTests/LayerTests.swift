import Kernels
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing

@Suite struct LayerTests {
  @Test func layersKeepWhatEveryModuleMust() throws {
    try checkModule(Linear(inputs: 3, outputs: 2))
    try checkModule(Linear(inputs: 3, outputs: 2, hasBias: false))
    try checkModule(Embedding(rows: 4, width: 3))
    try checkModule(LayerNorm(width: 3, epsilon: 1e-12))
    try checkModule(LayerNorm(width: 3, epsilon: 1e-12, hasBias: false))
    try checkModule(Tower(depth: 3, hasHead: true))
    try checkModule(Tower(depth: 0, hasHead: false))
  }

  @Test func keysAreThoseOfCheckpoints() {
    #expect(Array(Linear(inputs: 3, outputs: 2).parameters.keys) == ["weight", "bias"])
    #expect(Array(Linear(inputs: 3, outputs: 2, hasBias: false).parameters.keys) == ["weight"])
    #expect(Array(Embedding(rows: 4, width: 3).parameters.keys) == ["weight"])
    #expect(Array(LayerNorm(width: 3, epsilon: 1e-12).parameters.keys) == ["weight", "bias"])
    #expect(Array(LayerNorm(width: 3, epsilon: 1e-12, hasBias: false).parameters.keys) == ["weight"])
  }

  @Test func layersStartAsZerosOrAsTheIdentity() {
    let linear = Linear(inputs: 3, outputs: 2)
    #expect(linear.weight.shape == [2, 3] && linear.bias?.shape == [2])
    #expect(linear.weight.elements == [0, 0, 0, 0, 0, 0])
    #expect(Embedding(rows: 4, width: 3).weight.shape == [4, 3])
    let norm = LayerNorm(width: 2, epsilon: 1e-12)
    #expect(norm.weight.elements == [1, 1] && norm.bias?.elements == [0, 0])
    #expect(norm.parameterCount == 4 && linear.parameterCount == 8)
  }

  @Test func linearMapsRows() {
    let linear = Linear(
      weight: Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]), bias: Tensor([10, 20], shape: [2]))
    #expect(linear(Tensor([1, 0, -1], shape: [1, 3])).elements == [8, 18])
    let plain = Linear(weight: linear.weight, bias: nil)
    #expect(plain(Tensor([1, 0, -1], shape: [1, 3])).elements == [-2, -2])
  }

  @Test func layerNormNormalizesTheSumWithTheResidual() throws {
    var norm = LayerNorm(width: 2, epsilon: 0)
    norm.weight = Tensor([2, 3], shape: [2])
    norm.bias = Tensor([1, 1], shape: [2])
    let x = Tensor([1, 5, 0, 0], shape: [2, 2])
    let residual = Tensor([0, 0, 7, -7], shape: [2, 2])
    try expectClose(norm(x, residual: residual).elements, [-1, 4, 3, -2])
    // Half of the elements of x are dropped, the others doubled.
    let mask = DropoutMask(key: 2, rate: 0.5)
    let factors = mask.factors(count: 4).map { Float($0) }
    #expect(Set(factors) == [0, 2])
    let dropped = zip(x.elements, factors).map(*)
    try expectSameBits(
      norm(x, residual: residual, dropout: mask).elements,
      norm(Tensor(dropped, shape: [2, 2]), residual: residual).elements)
  }

  @Test func layerNormWithoutABiasDoesNotShift() throws {
    var norm = LayerNorm(width: 2, epsilon: 0, hasBias: false)
    norm.weight = Tensor([2, 3], shape: [2])
    try expectClose(norm(Tensor([1, 5], shape: [1, 2])).elements, [-2, 3])
  }

  @Test(arguments: [(1, 1), (5, 3), (3, 5), (8, 8), (384, 128)])
  func orthogonalMapsHaveOrthonormalRowsOrColumns(_ inputs: Int, _ outputs: Int) throws {
    let linear = Linear.orthogonal(inputs: inputs, outputs: outputs, seed: 17)
    #expect(linear.weight.shape == [outputs, inputs])
    #expect(linear.bias?.elements == [Float](repeating: 0, count: outputs))
    let weight = DoubleTensor(linear.weight)
    let product = outputs <= inputs ? weight.matmul(weight.transposed) : weight.transposed.matmul(weight)
    let size = min(inputs, outputs)
    let identity = (0..<size * size).map { $0 / size == $0 % size ? 1.0 : 0 }
    try expectClose(product.elements.map { Float($0) }, identity, floor: 1)
    #expect(Linear.orthogonal(inputs: inputs, outputs: outputs, hasBias: false, seed: 17).bias == nil)
    // The same seed gives the same bits, another one does not.
    let again = Linear.orthogonal(inputs: inputs, outputs: outputs, seed: 17).weight.elements
    try expectSameBits(linear.weight.elements, again)
    if size > 1 {
      #expect(Linear.orthogonal(inputs: inputs, outputs: outputs, seed: 18).weight.elements != again)
    }
  }
}
