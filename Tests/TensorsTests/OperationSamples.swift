import Tensors
import TestSupport

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
      ([], []), ([1], [1]), ([7], [7]), ([2, 17], [2, 17]), ([3, 4], [4]), ([4], [3, 4]), ([3, 4], [3, 1]), ([3, 1], [1, 4]),
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

extension Operation {
  /// Where the operation is compared with its reference.
  ///
  /// No default: an operation without a gradient test does not compile.
  func samples() -> [OperationSample] {
    var maker = SampleMaker(seed: 41)
    switch self {
    case .add, .subtract, .multiply, .divide, .maximum: makeCombinations(&maker)
    case .negate, .affine, .exponential, .logarithm, .squareRoot, .tanh, .sigmoid, .softplus, .relu, .absolute:
      makeFunctions(&maker)
    case .matmul, .linear, .linearSideBySide: makeProducts(&maker)
    case .sum, .largest, .logSumExp, .softmax: makeReductions(&maker)
    case .reshape, .transpose, .slice, .concatenate, .gatherRows, .gatherElements: makeArrangements(&maker)
    case .normalizeRows, .layerNorm, .dropout: makeNormalizations(&maker)
    case .feedForward, .attention, .embeddingSum, .segmentSum, .segmentMaximum: makeTransformerParts(&maker)
    }
    return maker.samples
  }
}
