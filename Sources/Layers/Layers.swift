public import Kernels
public import Tensors

/// An affine map: y = x Wᵀ + b.
///
/// - Shape: x `[rows, in]` → `[rows, out]`; weight `[out, in]`, as checkpoints have it
public struct Linear: Module {
  /// `[out, in]`.
  public var weight: Tensor
  /// `[out]`; nothing where the map has no bias.
  public var bias: Tensor?

  /// Makes the map from its parameters.
  public init(weight: Tensor, bias: Tensor?) {
    self.weight = weight
    self.bias = bias
  }

  /// Makes a map of zeros, to be loaded.
  public init(inputs: Int, outputs: Int, hasBias: Bool = true) {
    self.init(
      weight: Tensor(repeating: 0, shape: [outputs, inputs]),
      bias: hasBias ? Tensor(repeating: 0, shape: [outputs]) : nil)
  }

  /// Applies the map.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight: weight, bias: bias) }

  /// Shows `weight` and `bias`.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }
}

/// A table of rows, picked by index.
public struct Embedding: Module {
  /// `[rows, width]`.
  public var weight: Tensor

  /// Makes a table of zeros, to be loaded.
  public init(rows: Int, width: Int) { weight = Tensor(repeating: 0, shape: [rows, width]) }

  /// Shows `weight`.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit("weight", &weight) }
}

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
