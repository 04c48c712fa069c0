import Kernels

extension Tensor {
  /// A part of a computation whose intermediate values are not kept: the reverse pass computes them once more, on a tape
  /// of its own.
  ///
  /// Value and gradients are those of `body`, to the last bit; memory for the time between, at the cost of a second
  /// forward pass (Chen et al. 2016, arXiv:1604.06174).
  ///
  /// - Parameters:
  ///   - inputs: everything on a tape that `body` reads, parameters included; it must not capture any such tensor.
  ///   - state: what `body` changes beside; the second time it starts from the same state.
  ///   - body: gives the same bits for the same inputs and state.
  public static func recomputed<State: Sendable>(
    _ inputs: [Tensor], state: inout State,
    _ body: @escaping @Sendable (_ inputs: [Tensor], _ state: inout State) -> Tensor
  ) -> Tensor {
    let start = state
    return record(.recomputed, inputs) { inputs, _ in
      let value = body(inputs, &state)
      require(value.node == nil, "recomputed: the computation captures a tensor on a tape")
      return (
        value,
        { dy, needed in
          let wanted = needed.indices.filter { needed[$0] }
          let pullback = Pullback(of: wanted.map { inputs[$0] }) { tracked in
            var (all, state) = (inputs, start)
            for (index, tensor) in zip(wanted, tracked) { all[index] = tensor }
            return [body(all, &state)]
          }
          var gradients = [Tensor?](repeating: nil, count: inputs.count)
          for (index, gradient) in zip(wanted, pullback([dy])) { gradients[index] = gradient }
          return gradients
        }
      )
    }
  }
}
