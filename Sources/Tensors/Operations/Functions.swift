public import Kernels

extension Tensor {
  /// eˣ.
  public func exponential() -> Tensor {
    Tensor.record(.exponential, self) { x in
      let y = x.mapped(.exponential)
      return (y, { $0 * y })
    }
  }

  /// The natural logarithm.
  public func logarithm() -> Tensor { Tensor.record(.logarithm, self) { x in (x.mapped(.logarithm), { $0 / x }) } }

  /// √x.
  public func squareRoot() -> Tensor {
    Tensor.record(.squareRoot, self) { x in
      let y = x.mapped(.squareRoot)
      return (y, { $0 * 0.5 / y })
    }
  }

  /// tanh x.
  public func tanh() -> Tensor {
    Tensor.record(.tanh, self) { x in
      let y = x.mapped(.tanh)
      return (y, { $0 * (1 - y * y) })
    }
  }

  /// σ(x) = 1 / (1 + e⁻ˣ).
  public func sigmoid() -> Tensor {
    Tensor.record(.sigmoid, self) { x in
      let y = x.mapped(.sigmoid)
      return (y, { $0 * y * (1 - y) })
    }
  }

  /// log(1 + eˣ), without overflow: −log σ(−x).
  public func softplus() -> Tensor {
    Tensor.record(.softplus, self) { x in (x.mapped(.softplus), { $0 * x.mapped(.sigmoid) }) }
  }

  /// max(0, x).
  public func relu() -> Tensor { Tensor.record(.relu, self) { x in (x.mapped(.relu), { $0 * x.mapped(.step) }) } }

  /// |x|; the gradient at 0 is 0.
  public func absolute() -> Tensor {
    Tensor.record(.absolute, self) { x in (x.mapped(.absolute), { $0 * x.mapped(.sign) }) }
  }

  /// f(x) for the activation of a layer.
  public func activated(by activation: Activation) -> Tensor {
    Tensor.record(.activation, self) { x in
      (
        Tensor(activate(x.buffer, by: activation), shape: x.shape),
        { dy in Tensor(activationGradient(dy.buffer, at: x.buffer, of: activation), shape: x.shape) }
      )
    }
  }

  private func mapped(_ function: UnaryFunction) -> Tensor { Tensor(map(function, buffer), shape: shape) }
}
