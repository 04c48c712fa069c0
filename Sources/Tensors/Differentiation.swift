import Kernels

/// The outputs of a computation, and the function from their gradients to those of its inputs.
public struct Pullback: Sendable {
  /// The outputs.
  public let outputs: [Tensor]
  private let tape: Tape
  private let outputNodes: [Tensor.Node?]
  private let inputSlots: [Int]

  /// Runs a computation and keeps what its gradients need.
  ///
  /// - Parameter takesRows: for each input, true if its gradient may be one of the rows that were looked up
  ///   (``Tensor/selection``), where nothing else depends on it; without it, every gradient is whole.
  public init(of inputs: [Tensor], takesRows: [Bool]? = nil, _ body: ([Tensor]) throws -> [Tensor]) rethrows {
    let tape = Tape()
    let tracked = inputs.enumerated().map { tape.track($1, takesRows: takesRows?[$0] ?? false) }
    let results = try body(tracked)
    self.tape = tape
    outputs = results.map(\.detached)
    outputNodes = results.map { $0.node?.tape === tape ? $0.node : nil }
    inputSlots = tracked.compactMap { $0.node?.slot }
  }

  /// The gradients of the inputs, given those of the outputs; nil for an input that the outputs do not depend on.
  ///
  /// Works once: the values that the gradients need are freed on the way.
  public func callAsFunction(_ outputGradients: [Tensor]) -> [Tensor?] {
    require(
      outputGradients.count == outputs.count,
      "pullback: \(outputGradients.count) gradients for \(outputs.count) outputs")
    var starts: [(node: Tensor.Node, gradient: Tensor)] = []
    for ((node, gradient), output) in zip(zip(outputNodes, outputGradients), outputs) {
      require(gradient.shape == output.shape, "pullback: gradient \(gradient.shape) for an output \(output.shape)")
      if let node { starts.append((node, gradient)) }
    }
    return tape.backpropagate(from: starts, to: inputSlots)
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
