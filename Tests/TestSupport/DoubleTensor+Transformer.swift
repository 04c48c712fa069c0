#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

public import Kernels

// The parts of an encoder.

extension DoubleTensor {
  /// eˣ / Σ eˣ of each row.
  public func softmax() -> DoubleTensor {
    mappedRows { row in
      let peak = row.max() ?? 0
      let powers = row.map { exp($0 - peak) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
  }

  /// log Σ eˣ of each row, as a column.
  public func logSumExp() -> DoubleTensor {
    mappedRows { row in
      let peak = row.max() ?? 0
      return [peak.isFinite ? peak + log(row.reduce(0) { $0 + exp($1 - peak) }) : peak]
    }
  }

  /// Each row divided by max(length, ε).
  public func normalizedRows(epsilon: Double = 1e-12) -> DoubleTensor {
    mappedRows { row in
      let length = max(row.reduce(0) { $0 + $1 * $1 }.squareRoot(), epsilon)
      return row.map { $0 / length }
    }
  }

  /// (x − mean x) / √(var x + ε) · γ + β of each row.
  public func layerNorm(gamma: DoubleTensor, beta: DoubleTensor, epsilon: Double) -> DoubleTensor {
    standardizedRows(epsilon: epsilon) * gamma + beta
  }

  /// (x − mean x) / √(var x + ε) of each row.
  public func standardizedRows(epsilon: Double) -> DoubleTensor {
    mappedRows { row in
      let count = Double(row.count)
      let mean = row.reduce(0, +) / count
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      return row.map { ($0 - mean) / (variance + epsilon).squareRoot() }
    }
  }

  /// f(x W₁ᵀ + b₁) W₂ᵀ + b₂.
  public func feedForward(
    inputWeight: DoubleTensor, inputBias: DoubleTensor?, outputWeight: DoubleTensor, outputBias: DoubleTensor?,
    activation: Activation
  ) -> DoubleTensor {
    linear(weight: inputWeight, bias: inputBias).mapped(activation.value).linear(weight: outputWeight, bias: outputBias)
  }

  /// (f(x W_gᵀ + b_g) ⊙ (x W_uᵀ + b_u) ⊙ factors) W₂ᵀ + b₂.
  public func gatedFeedForward(
    gateWeight: DoubleTensor, gateBias: DoubleTensor?, upWeight: DoubleTensor, upBias: DoubleTensor?,
    outputWeight: DoubleTensor, outputBias: DoubleTensor?, activation: Activation, factors: DoubleTensor? = nil
  ) -> DoubleTensor {
    let product =
      linear(weight: gateWeight, bias: gateBias).mapped(activation.value) * linear(weight: upWeight, bias: upBias)
    return (factors.map { product * $0 } ?? product).linear(weight: outputWeight, bias: outputBias)
  }
}

extension Activation {
  /// f(x) in double precision.
  public func value(_ x: Double) -> Double {
    switch self {
    case .gelu: x * 0.5 * erfc(-x * 0.5.squareRoot())
    case .geluTanh: x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .silu: x / (1 + exp(-x))
    case .quickGelu: x / (1 + exp(-1.702 * x))
    case .tanh: hyperbolicTangent(x)
    case .relu: max(x, 0)
    }
  }

  /// f′(x) in double precision.
  public func derivative(_ x: Double) -> Double {
    switch self {
    case .gelu:
      return 0.5 * erfc(-x * 0.5.squareRoot()) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    case .geluTanh:
      let root = (2 / Double.pi).squareRoot()
      let share = 1 / (1 + exp(-2 * root * (x + 0.044715 * x * x * x)))
      return share + x * share * (1 - share) * 2 * root * (1 + 3 * 0.044715 * x * x)
    case .silu:
      let share = 1 / (1 + exp(-x))
      return share + x * share * (1 - share)
    case .quickGelu:
      let share = 1 / (1 + exp(-1.702 * x))
      return share + 1.702 * x * share * (1 - share)
    case .tanh: return 1 / (cosh(x) * cosh(x))
    case .relu: return x > 0 ? 1 : 0
    }
  }
}

// MARK: - Dropout

extension DropoutMask {
  /// What the first `count` elements of the site are multiplied by, read back through the kernel.
  public func factors(count: Int) -> [Double] {
    applyDropout(FloatBuffer(repeating: 1, count: count), mask: self).elements.doubles
  }
}

/// `tanh` by a name that no case of ``Activation`` has.
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
