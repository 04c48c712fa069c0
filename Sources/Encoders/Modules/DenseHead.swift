public import Layers
public import Tensors

/// The Dense module of sentence-transformers: f(x Wᵀ + b), plus the input or a linear map of it where it has a residual.
///
/// Upstream: sentence-transformers 6.2, `base/modules/dense.py`.
public struct DenseHead: Module {
  /// A residual connection: what is added to the output.
  public enum Residual: Sendable {
    /// Nothing.
    case none
    /// The input.
    case input
    /// A linear map of the input, without a bias.
    case projection(Linear)
  }

  /// The map.
  public var linear: Linear
  /// The activation of its output.
  public let activation: Activation
  /// The factor of negative numbers in PReLU, `[1]`; nil for the other activations.
  var slope: Tensor?
  /// The residual connection.
  var residual: Residual

  /// True if something is added to the output.
  var hasResidual: Bool { if case .none = residual { false } else { true } }

  /// Makes the module from its parts.
  public init(linear: Linear, activation: Activation, residual: Residual = .none) {
    self.linear = linear
    self.activation = activation
    self.residual = residual
    slope = activation == .prelu ? Tensor([0.25], shape: [1]) : nil
  }

  /// Applies the module.
  ///
  /// - Shape: `[rows, in]` → `[rows, out]`
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let y = activation(linear(x), slope: slope)
    switch residual {
    case .none: return y
    case .input: return y + x
    case .projection(let projection): return y + projection(x)
    }
  }

  /// Shows `linear`, and what the activation and the residual learn.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("linear", &linear)
    visitor.visit("activation_function.weight", &slope)
    if case .projection(var projection) = residual {
      residual = .none
      visitor.visit("residual", &projection)
      residual = .projection(projection)
    }
  }
}
