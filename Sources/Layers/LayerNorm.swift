public import Kernels
public import Tensors

/// Layer normalization with a learned scale, and a shift unless it has none (Ba, Kiros & Hinton 2016, arXiv:1607.06450).
public struct LayerNorm: Module {
  /// The scale, `[width]`.
  public var weight: Tensor
  /// The shift, `[width]`; nil if there is none.
  public var bias: Tensor?
  /// Added to the variance.
  public let epsilon: Float

  /// Makes the identity normalization of a width.
  public init(width: Int, epsilon: Float, hasBias: Bool = true) {
    weight = Tensor(repeating: 1, shape: [width])
    bias = hasBias ? Tensor(repeating: 0, shape: [width]) : nil
    self.epsilon = epsilon
  }

  /// y = norm(residual + dropout(x)).
  ///
  /// - Shape: `[rows, width]` → the same
  public func callAsFunction(_ x: Tensor, residual: Tensor? = nil, dropout: DropoutMask? = nil) -> Tensor {
    x.layerNorm(gamma: weight, beta: bias, epsilon: epsilon, residual: residual, dropout: dropout)
  }

  /// Shows `weight` and `bias`.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }
}
