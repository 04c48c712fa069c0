public import Kernels

extension Tensor {
  /// The feed-forward block of a transformer layer; keeps the pre-activation only, or nothing.
  ///
  ///     y = f(x W₁ᵀ + b₁) W₂ᵀ + b₂
  ///
  /// With a low-rank update in it, it is three operations, and keeps the activation too.
  ///
  /// - Shape: x `[rows, width]`, W₁ `[inner, width]`, W₂ `[width, inner]` → `[rows, width]`
  /// - Parameters:
  ///   - input: W₁ and b₁, if it has one.
  ///   - output: W₂ and b₂, if it has one.
  ///   - keepsPreActivation: false if the reverse pass computes the pre-activation once more, with the same bits.
  public func feedForward(
    input: AffineMap, output: AffineMap, activation: Activation, keepsPreActivation: Bool = true
  ) -> Tensor {
    if input.update != nil || output.update != nil {
      return linear(input).activated(by: activation).linear(output)
    }
    var inputs = [self]
    let (input, output) = (input.append(to: &inputs), output.append(to: &inputs))
    return Tensor.record(.feedForward, inputs) { inputs, isRecorded in
      let x = inputs[0]
      let kernel = FeedForwardKernel(
        inputWeight: input.layerWeight(inputs), inputBias: input.bias.map { inputs[$0].buffer },
        outputWeight: output.layerWeight(inputs), outputBias: output.bias.map { inputs[$0].buffer },
        activation: activation)
      let (y, preActivation) = kernel.forward(x.matrix, keepingPreActivation: isRecorded && keepsPreActivation)
      return (
        Tensor(y, shape: [x.shape[0], inputs[output.weight].shape[0]]),
        { dy, needed in
          let gradients = kernel.backward(
            dy.matrix, x: x.matrix, preActivation: preActivation ?? kernel.preActivation(of: x.matrix),
            wanted: .init(
              x: needed[0], inputWeight: needed[input.weight], inputBias: input.bias.map { needed[$0] } ?? false,
              outputWeight: needed[output.weight], outputBias: output.bias.map { needed[$0] } ?? false))
          var result = [Tensor?](repeating: nil, count: inputs.count)
          for (index, gradient) in [
            (0, gradients.x), (input.weight, gradients.inputWeight), (input.bias, gradients.inputBias),
            (output.weight, gradients.outputWeight), (output.bias, gradients.outputBias),
          ] {
            if let index, let gradient { result[index] = Tensor(gradient, shape: inputs[index].shape) }
          }
          return result
        }
      )
    }
  }
}
