import Tensors
import TestSupport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An operation at one place: how the engine computes it, how plain loops in double precision do, and on what.
struct OperationSample {
  let name: String
  let inputs: [Tensor]
  let function: ([Tensor]) -> Tensor
  let reference: ([DoubleTensor]) -> DoubleTensor
}

/// Collects the samples of one operation.
struct SampleMaker {
  var samples: [OperationSample] = []
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// Numbers away from 0 and from each other by more than a step of a central difference.
  mutating func spaced(_ shape: Shape) -> Tensor { Tensor(generator.spacedFloats(shape.count), shape: shape) }

  /// Numbers spread evenly over a range.
  mutating func even(_ shape: Shape, in range: ClosedRange<Float> = -1...1) -> Tensor {
    Tensor(generator.floats(shape.count, in: range), shape: shape)
  }

  mutating func add(
    _ name: String, _ inputs: [Tensor], _ function: @escaping ([Tensor]) -> Tensor,
    _ reference: @escaping ([DoubleTensor]) -> DoubleTensor
  ) {
    samples.append(OperationSample(name: name, inputs: inputs, function: function, reference: reference))
  }

  /// A function of one tensor, at every one of the usual shapes.
  mutating func addFunction(
    in range: ClosedRange<Float>? = nil, _ function: @escaping (Tensor) -> Tensor,
    _ reference: @escaping (DoubleTensor) -> DoubleTensor
  ) {
    for shape in [[], [1], [17], [1, 5], [3, 1], [2, 3, 4]] as [Shape] {
      let x = range.map { even(shape, in: $0) } ?? spaced(shape)
      add("\(shape)", [x], { function($0[0]) }, { reference($0[0]) })
    }
  }

  /// A function of two tensors that repeat along dimensions, on both sides.
  mutating func addCombination(
    secondIn range: ClosedRange<Float>? = nil, _ function: @escaping (Tensor, Tensor) -> Tensor,
    _ reference: @escaping (DoubleTensor, DoubleTensor) -> DoubleTensor
  ) {
    let shapes: [(Shape, Shape)] = [
      ([], []), ([1], [1]), ([7], [7]), ([2, 17], [2, 17]), ([3, 4], [4]), ([4], [3, 4]), ([3, 4], [3, 1]),
      ([3, 1], [1, 4]),
      ([2, 1, 4], [3, 1]), ([5], []), ([], [2, 3]), ([1, 1], [3]), ([2, 3, 4], [2, 1, 4]),
    ]
    for (first, second) in shapes {
      // One list of spaced numbers for both, so that no element of one equals one of the other.
      let both = spaced([first.count + second.count]).elements
      let a = Tensor(Array(both[..<first.count]), shape: first)
      let b = range.map { even(second, in: $0) } ?? Tensor(Array(both[first.count...]), shape: second)
      add("\(first) and \(second)", [a, b], { function($0[0], $0[1]) }, { reference($0[0], $0[1]) })
    }
  }
}

/// Where an operation is compared with its reference.
///
/// No default: an operation without a gradient test does not compile.
func samples(of operation: Operation) -> [OperationSample] {
  var maker = SampleMaker(seed: 41)
  switch operation {
  case .add: maker.addCombination(+, +)
  case .subtract: maker.addCombination(-, -)
  case .multiply: maker.addCombination(*, *)
  case .divide: maker.addCombination(secondIn: 0.5...2, /, /)
  case .maximum: maker.addCombination(Tensor.maximum) { DoubleTensor.combined($0, $1, max) }
  case .negate: maker.addFunction({ -$0 }) { $0.mapped { -$0 } }
  case .affine: maker.addAffine()
  case .exponential: maker.addFunction({ $0.exponential() }) { $0.mapped { exp($0) } }
  case .logarithm: maker.addFunction(in: 0.25...4, { $0.logarithm() }) { $0.mapped { log($0) } }
  case .squareRoot: maker.addFunction(in: 0.25...4, { $0.squareRoot() }) { $0.mapped { $0.squareRoot() } }
  case .tanh: maker.addFunction({ $0.tanh() }) { $0.mapped { tanh($0) } }
  case .sigmoid: maker.addFunction({ $0.sigmoid() }) { $0.mapped { 1 / (1 + exp(-$0)) } }
  case .softplus: maker.addFunction({ $0.softplus() }) { $0.mapped { log1p(exp($0)) } }
  case .relu: maker.addFunction({ $0.relu() }) { $0.mapped { max($0, 0) } }
  case .absolute: maker.addFunction({ $0.absolute() }) { $0.mapped { abs($0) } }
  case .activation: maker.addActivation()
  case .matmul: maker.addMatmul()
  case .linear:
    maker.addLinear()
    maker.addLinearWithUpdate()
  case .linearSideBySide:
    maker.addLinearSideBySide()
    maker.addLinearSideBySideWithUpdates()
  case .sum: maker.addSum()
  case .largest: maker.addRows({ $0.largest() }) { $0.mappedRows { [$0.max() ?? 0] }.withoutWidth }
  case .logSumExp: maker.addRows({ $0.logSumExp() }) { $0.logSumExp().withoutWidth }
  case .softmax: maker.addSoftmax()
  case .reshape: maker.addReshape()
  case .transpose: maker.addTranspose()
  case .slice: maker.addSlice()
  case .concatenate: maker.addConcatenate()
  case .gatherRows: maker.addGatherRows()
  case .gatherElements: maker.addGatherElements()
  case .normalizeRows: maker.addRows({ $0.normalizedRows() }) { $0.normalizedRows() }
  case .layerNorm: maker.addLayerNorm()
  case .dropout: maker.addDropout()
  case .feedForward: maker.addFeedForward()
  case .gatedFeedForward: maker.addGatedFeedForward()
  case .attention: maker.addAttention()
  case .singleQueryAttention: maker.addSingleQueryAttention()
  case .embeddingSum: maker.addEmbeddingSum()
  case .segmentSum: maker.addSegments({ $0.segmentSum(offsets: $1) }) { $0.segmentSum(offsets: $1) }
  case .segmentMaximum: maker.addSegments({ $0.segmentMaximum(offsets: $1) }) { $0.segmentMaximum(offsets: $1) }
  case .recomputed: maker.addRecomputed()
  }
  return maker.samples
}

extension DoubleTensor {
  /// Without a last dimension of size 1.
  var withoutWidth: DoubleTensor { reshaped(shape.dropLast()) }
}
