public import Kernels

extension Tensor {
  /// The feed-forward block of a transformer layer; keeps the pre-activation only.
  ///
  ///     y = f(x W₁ᵀ + b₁) W₂ᵀ + b₂
  ///
  /// - Shape: x `[rows, width]`, W₁ `[inner, width]`, b₁ `[inner]`, W₂ `[width, inner]`, b₂ `[width]` → `[rows, width]`
  public func feedForward(
    inputWeight: Tensor, inputBias: Tensor, outputWeight: Tensor, outputBias: Tensor, activation: Activation
  ) -> Tensor {
    Tensor.record(.feedForward, [self, inputWeight, inputBias, outputWeight, outputBias]) { inputs, isRecorded in
      let x = inputs[0]
      let kernel = FeedForwardKernel(
        inputWeight: inputs[1].matrix, inputBias: inputs[2].buffer, outputWeight: inputs[3].matrix,
        outputBias: inputs[4].buffer, activation: activation)
      let (y, preActivation) = kernel.forward(x.matrix, keepingPreActivation: isRecorded)
      return (
        Tensor(y, shape: [x.shape[0], inputs[3].shape[0]]),
        { dy, _ in
          guard let preActivation else { fatalError("feedForward: recorded without its pre-activation") }
          let gradients = kernel.backward(dy.matrix, x: x.matrix, preActivation: preActivation)
          return [
            Tensor(gradients.x, shape: x.shape), Tensor(gradients.inputWeight, shape: inputs[1].shape),
            Tensor(gradients.inputBias, shape: inputs[2].shape), Tensor(gradients.outputWeight, shape: inputs[3].shape),
            Tensor(gradients.outputBias, shape: inputs[4].shape),
          ]
        }
      )
    }
  }
}
