import Kernels
import Tensors

extension DenseHead {
  /// The activations that a Dense module may name: the classes of `torch.nn` that sentence-transformers makes without
  /// arguments and that map numbers, or rows, without chance.
  ///
  /// Upstream: PyTorch, `torch/nn/modules/activation.py`, with its default arguments.
  public enum Activation: String, Sendable, CaseIterable {
    /// x.
    case identity = "Identity"
    /// tanh x.
    case tanh = "Tanh"
    /// max(0, x).
    case relu = "ReLU"
    /// min(max(0, x), 6).
    case relu6 = "ReLU6"
    /// x, or x / 100 where it is negative.
    case leakyReLU = "LeakyReLU"
    /// x, or a learned multiple of it where it is negative.
    case prelu = "PReLU"
    /// x, or eˣ − 1 where it is negative.
    case elu = "ELU"
    /// The same as ELU with its default argument.
    case celu = "CELU"
    /// 1.0507 x, or 1.0507 · 1.67326 (eˣ − 1) where it is negative.
    case selu = "SELU"
    /// x Φ(x).
    case gelu = "GELU"
    /// x σ(x).
    case silu = "SiLU"
    /// x tanh(log(1 + eˣ)).
    case mish = "Mish"
    /// σ(x).
    case sigmoid = "Sigmoid"
    /// log σ(x).
    case logSigmoid = "LogSigmoid"
    /// log(1 + eˣ).
    case softplus = "Softplus"
    /// x / (1 + |x|).
    case softsign = "Softsign"
    /// x − tanh x.
    case tanhshrink = "Tanhshrink"
    /// x without what lies between −½ and ½.
    case softshrink = "Softshrink"
    /// x, or 0 between −½ and ½.
    case hardshrink = "Hardshrink"
    /// min(max(−1, x), 1).
    case hardtanh = "Hardtanh"
    /// min(max(0, x + 3), 6) / 6.
    case hardsigmoid = "Hardsigmoid"
    /// x min(max(0, x + 3), 6) / 6.
    case hardswish = "Hardswish"
    /// eˣ / Σ eˣ.
    case softmax = "Softmax"
    /// x − log Σ eˣ.
    case logSoftmax = "LogSoftmax"
    /// e⁻ˣ / Σ e⁻ˣ.
    case softmin = "Softmin"
  }
}

extension DenseHead.Activation {
  /// The class with its package, as sentence-transformers writes it.
  public var name: String {
    (self == .identity ? "torch.nn.modules.linear." : "torch.nn.modules.activation.") + rawValue
  }

  /// Finds the activation of a name as it is in files, which may be that of the class in `torch.nn`.
  init?(name: String) {
    guard let found = Self.allCases.first(where: { name == $0.name || name == "torch.nn.\($0.rawValue)" }) else {
      return nil
    }
    self = found
  }

  /// Applies the activation.
  ///
  /// - Parameter slope: the factor of negative numbers in PReLU, `[1]`.
  func callAsFunction(_ x: Tensor, slope: Tensor?) -> Tensor {
    /// min(max(0, y), top).
    func clamped(_ y: Tensor, to top: Float) -> Tensor { y.relu() - (y - top).relu() }
    /// min(x, 0), negated.
    var negativePart: Tensor { (-x).relu() }
    /// eˣ − 1 where x is negative, else 0.
    var exponentialPart: Tensor { (-negativePart).exponential() - 1 }
    switch self {
    case .identity: return x
    case .tanh: return x.tanh()
    case .relu: return x.relu()
    case .relu6: return clamped(x, to: 6)
    case .leakyReLU: return x.relu() - negativePart * 0.01
    case .prelu: return slope.map { x.relu() - negativePart * $0 } ?? x.relu()
    case .elu, .celu: return x.relu() + exponentialPart
    case .selu: return x.relu() * 1.050_701 + exponentialPart * 1.758_099_3
    case .gelu: return x.activated(by: .gelu)
    case .silu: return x * x.sigmoid()
    case .mish: return x * x.softplus().tanh()
    case .sigmoid: return x.sigmoid()
    case .logSigmoid: return -(-x).softplus()
    case .softplus: return x.softplus()
    case .softsign: return x / (x.absolute() + 1)
    case .tanhshrink: return x - x.tanh()
    case .softshrink: return (x - 0.5).relu() - (-x - 0.5).relu()
    case .hardshrink: return x * Tensor(x.elements.map { abs($0) > 0.5 ? 1 : 0 }, shape: x.shape)
    case .hardtanh: return clamped(x + 1, to: 2) - 1
    case .hardsigmoid: return clamped(x + 3, to: 6) / 6
    case .hardswish: return x * clamped(x + 3, to: 6) / 6
    case .softmax: return x.softmax()
    case .logSoftmax: return x.logSoftmax()
    case .softmin: return (-x).softmax()
    }
  }
}
