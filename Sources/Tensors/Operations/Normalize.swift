public import Kernels

extension Tensor {
  /// Each row divided by its length: y = x / max(‖x‖, ε), with ε = 10⁻¹² as in PyTorch.
  ///
  ///     dx = (dy − y · (dy · y)) / ‖x‖
  ///
  /// - Shape: `[rows, width]` → the same
  public func normalizedRows() -> Tensor {
    Tensor.record(.normalizeRows, self) { x in
      let (buffer, inverses) = Kernels.normalizeRows(
        x.buffer, rows: x.shape.rows, width: x.shape.width, epsilon: 1e-12)
      let y = Tensor(buffer, shape: x.shape)
      let inverseLengths = Tensor(inverses, shape: x.shape.withoutWidth.withWidthOne)
      return (y, { dy in (dy - y * (dy * y).sum(axis: -1, keepingDimension: true)) * inverseLengths })
    }
  }

  /// Normalizes each row to mean 0 and variance 1, then scales and shifts it; a residual and dropout go in first.
  ///
  ///     y = (s − mean s) / √(var s + ε) · γ + β        with s = residual + dropout(x)
  ///
  /// Ba, Kiros & Hinton 2016, arXiv:1607.06450.
  ///
  /// - Shape: x and residual `[rows, width]`, γ and β `[width]` → `[rows, width]`
  /// - Parameter beta: β; nil for 0.
  public func layerNorm(
    gamma: Tensor, beta: Tensor?, epsilon: Float, residual: Tensor? = nil, dropout: DropoutMask? = nil
  ) -> Tensor {
    let beta = beta ?? Tensor(repeating: 0, shape: gamma.shape)
    require(
      gamma.shape == [shape.width] && beta.shape == gamma.shape && (residual.map { $0.shape == shape } ?? true),
      "layerNorm: x \(shape), γ \(gamma.shape), β \(beta.shape), residual \(residual.map { "\($0.shape)" } ?? "none")")
    let inputs = [self, gamma, beta] + (residual.map { [$0] } ?? [])
    return Tensor.record(.layerNorm, inputs) { inputs, _ in
      let (x, gamma, beta) = (inputs[0], inputs[1], inputs[2])
      let kernel = LayerNormKernel(rows: x.shape.rows, gamma: gamma.buffer, beta: beta.buffer, epsilon: epsilon)
      let (y, saved) = kernel.forward(x.buffer, residual: inputs.count > 3 ? inputs[3].buffer : nil, mask: dropout)
      let (shape, hasResidual) = (x.shape, inputs.count > 3)
      return (
        Tensor(y, shape: shape),
        { dy, _ in
          let gradients = kernel.backward(dy.buffer, y: y, saved: saved, mask: dropout)
          return [
            Tensor(gradients.x, shape: shape), Tensor(gradients.gamma, shape: gamma.shape),
            Tensor(gradients.beta, shape: beta.shape),
          ] + (hasResidual ? [Tensor(gradients.residual, shape: shape)] : [])
        }
      )
    }
  }

  /// Zeroes elements at random and scales the others up, so that the expected value stays the same; without a
  /// mask, none.
  public func dropout(_ mask: DropoutMask?) -> Tensor {
    guard let mask else { return self }
    return Tensor.record(.dropout, self) { x in
      (Tensor(applyDropout(x.buffer, mask: mask), shape: x.shape), { $0.dropout(mask) })
    }
  }
}
