package import Kernels
public import Tensors

/// An affine map: y = x Wᵀ + b.
///
/// - Shape: x `[rows, in]` → `[rows, out]`; weight `[out, in]`, as checkpoints have it
public struct Linear: Module {
  /// `[out, in]`.
  public var weight: Tensor
  /// `[out]`; nil if the map has no bias.
  public var bias: Tensor?
  /// The low-rank update that is trained in place of the weight; nil for none.
  public var adapter: LowRankAdapter?
  /// The weight packed for products below 32 bits, see ``Module/packLinearLayers(for:withGradients:)``; nil for those
  /// in 32 bits.
  package var packed: PackedWeight?

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

  /// The map as operations take it.
  public var map: AffineMap {
    var map = AffineMap(weight: weight, bias: bias, update: adapter?.update)
    map.packed = packed
    return map
  }

  /// Applies the map.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(map) }

  /// Shows the layer as a whole; by default, a visitor then sees its parameters.
  public mutating func visitParameters(_ visitor: inout some ParameterVisitor) { visitor.visit(linear: &self) }

  /// Shows `weight` and `bias`, and the factors of the adapter.
  public mutating func visitTensors(_ visitor: inout some ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
    guard var present = adapter else { return }
    // The visitor holds the only reference, so a change in place copies nothing.
    adapter = nil
    present.visitParameters(&visitor)
    adapter = present
  }
}
