public import Kernels
public import Tensors

/// Layer normalization with learned scale and shift (Ba, Kiros & Hinton 2016, arXiv:1607.06450).
public struct LayerNorm: Module {
  /// The scale, `[width]`.
  public var weight: Tensor
  /// The shift, `[width]`.
  public var bias: Tensor
  /// Added to the variance.
  public let epsilon: Float

  /// Makes the identity normalization of a width.
  public init(width: Int, epsilon: Float) {
    weight = Tensor(repeating: 1, shape: [width])
    bias = Tensor(repeating: 0, shape: [width])
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
