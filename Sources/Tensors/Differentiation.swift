import Kernels

/// The values of a computation, and the way back from gradients of the values to gradients of what they were computed from.
public struct Pullback: Sendable {
  /// The values.
  public let outputs: [Tensor]
  private let tape: Tape
  private let outputPlaces: [Tensor.Place?]
  private let inputSlots: [Int]
  private let inputShapes: [Shape]

  /// Runs a computation and keeps what its gradients need.
  public init(of inputs: [Tensor], _ body: ([Tensor]) throws -> [Tensor]) rethrows {
    let tape = Tape()
    let tracked = inputs.map(tape.track)
    let results = try body(tracked)
    self.tape = tape
    outputs = results.map(\.detached)
    outputPlaces = results.map { $0.place?.tape === tape ? $0.place : nil }
    inputSlots = tracked.compactMap { $0.place?.slot }
    inputShapes = inputs.map(\.shape)
  }

  /// The gradients of the inputs, given those of the outputs; zero for an input the outputs do not depend on.
  ///
  /// Works once: what the gradients needed is freed on the way.
  public func callAsFunction(_ outputGradients: [Tensor]) -> [Tensor] {
    require(outputGradients.count == outputs.count, "pullback: \(outputGradients.count) gradients for \(outputs.count) outputs")
    var starts: [(place: Tensor.Place, gradient: Tensor)] = []
    for ((place, gradient), output) in zip(zip(outputPlaces, outputGradients), outputs) {
      require(gradient.shape == output.shape, "pullback: gradient \(gradient.shape) for an output \(output.shape)")
      if let place { starts.append((place, gradient)) }
    }
    let gradients = tape.walkBack(from: starts, wanted: inputSlots)
    return zip(gradients, inputShapes).map { $0 ?? Tensor(repeating: 0, shape: $1) }
  }
}

/// A scalar function's value and its gradients.
public func valueAndGradients(of inputs: [Tensor], _ function: ([Tensor]) throws -> Tensor) rethrows -> (
  value: Tensor, gradients: [Tensor]
) {
  let pullback = try Pullback(of: inputs) { [try function($0)] }
  require(pullback.outputs[0].shape.count == 1, "valueAndGradients: the value has shape \(pullback.outputs[0].shape)")
  return (pullback.outputs[0], pullback([Tensor(repeating: 1, shape: pullback.outputs[0].shape)]))
}
