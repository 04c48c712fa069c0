import Kernels

/// The values of a computation, and the way back from gradients of the values to gradients of what they were computed from.
public struct Pullback: Sendable {
  /// The values.
  public let outputs: [Tensor]
  private let tape: Tape
  private let outputPlaces: [Tensor.Place?]
  private let inputSlots: [Int]

  /// Runs a computation and keeps what its gradients need.
  public init(of inputs: [Tensor], _ body: ([Tensor]) throws -> [Tensor]) rethrows {
    let tape = Tape()
    let tracked = inputs.map(tape.track)
    let results = try body(tracked)
    self.tape = tape
    outputs = results.map(\.detached)
    outputPlaces = results.map { $0.place?.tape === tape ? $0.place : nil }
    inputSlots = tracked.compactMap { $0.place?.slot }
  }

  /// The gradients of the inputs, given those of the outputs; nothing for an input the outputs do not depend on.
  ///
  /// Works once: what the gradients needed is freed on the way.
  public func callAsFunction(_ outputGradients: [Tensor]) -> [Tensor?] {
    require(
      outputGradients.count == outputs.count,
      "pullback: \(outputGradients.count) gradients for \(outputs.count) outputs")
    var starts: [(place: Tensor.Place, gradient: Tensor)] = []
    for ((place, gradient), output) in zip(zip(outputPlaces, outputGradients), outputs) {
      require(gradient.shape == output.shape, "pullback: gradient \(gradient.shape) for an output \(output.shape)")
      if let place { starts.append((place, gradient)) }
    }
    return tape.walkBack(from: starts, wanted: inputSlots)
  }
}

/// A scalar function's value and its gradients; zero for an input that the value does not depend on.
public func valueAndGradients(of inputs: [Tensor], _ function: ([Tensor]) throws -> Tensor) rethrows -> (
  value: Tensor, gradients: [Tensor]
) {
  let pullback = try Pullback(of: inputs) { [try function($0)] }
  require(pullback.outputs[0].shape.count == 1, "valueAndGradients: the value has shape \(pullback.outputs[0].shape)")
  let gradients = pullback([Tensor(repeating: 1, shape: pullback.outputs[0].shape)])
  return (pullback.outputs[0], zip(gradients, inputs).map { $0 ?? Tensor(repeating: 0, shape: $1.shape) })
}
