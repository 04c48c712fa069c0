// An operation is one function with its forward pass and its gradient side by side. The body gets constants, so nothing
// inside it can be recorded and nothing captured can form a cycle; it runs once, on a tape or off.

extension Tensor {
  /// Records an operation of one input.
  static func record(
    _ operation: Operation, _ x: Tensor,
    _ body: (Tensor) -> (value: Tensor, pullback: @Sendable (_ gradient: Tensor) -> Tensor)
  ) -> Tensor {
    let (value, pullback) = body(x.detached)
    guard let tape = x.node?.tape else { return value }
    return tape.append(operation, value, from: [x]) { gradient, _ in [pullback(gradient)] }
  }

  /// Records an operation of two inputs; each pullback runs only if its input needs a gradient.
  static func record(
    _ operation: Operation, _ a: Tensor, _ b: Tensor,
    _ body: (Tensor, Tensor) -> (
      value: Tensor, first: @Sendable (_ gradient: Tensor) -> Tensor, second: @Sendable (_ gradient: Tensor) -> Tensor
    )
  ) -> Tensor {
    let (value, first, second) = body(a.detached, b.detached)
    guard let tape = a.node?.tape ?? b.node?.tape else { return value }
    return tape.append(operation, value, from: [a, b]) { gradient, needed in
      [needed[0] ? first(gradient) : nil, needed[1] ? second(gradient) : nil]
    }
  }

  /// Records an operation whose gradients share work.
  ///
  /// `isRecorded` is true if a gradient will be needed, so that the body keeps what the pullback needs only then.
  static func record(
    _ operation: Operation, _ inputs: [Tensor],
    _ body: (_ inputs: [Tensor], _ isRecorded: Bool) -> (value: Tensor, pullback: Tape.Pullback)
  ) -> Tensor {
    let tape = inputs.lazy.compactMap { $0.node?.tape }.first
    let (value, pullback) = body(inputs.map(\.detached), tape != nil)
    return tape.map { $0.append(operation, value, from: inputs, pullback) } ?? value
  }
}
