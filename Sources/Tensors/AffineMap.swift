package import Kernels

/// The affine map of a layer, as operations take it: y = x Wᵀ + b.
public struct AffineMap: Sendable {
  /// `[out, in]`, as checkpoints have it.
  public var weight: Tensor
  /// `[out]`; nil if the map has no bias.
  public var bias: Tensor?
  /// The low-rank update that is added; nil for none.
  public var update: LowRankUpdate?
  /// The weight packed for products below 32 bits; nil for those in 32 bits.
  ///
  /// It is left out if it is of another weight.
  package var packed: PackedWeight?

  /// Makes the map from its parameters.
  public init(weight: Tensor, bias: Tensor? = nil, update: LowRankUpdate? = nil) {
    self.weight = weight
    self.bias = bias
    self.update = update
  }

  /// The map to some of the outputs, such as the queries where one map gives queries, keys and values.
  public func rows(_ range: Range<Int>) -> AffineMap {
    var map = AffineMap(weight: weight.slice(range), bias: bias?.slice(range), update: update?.rows(range))
    map.packed = packed?.rows(range, copiedTo: map.weight.buffer)
    return map
  }

  /// The indices of a map's tensors among the inputs of an operation.
  struct Indices {
    let weight: Int
    let bias: Int?
    let update: LowRankUpdate.Part?
    let packed: PackedWeight?

    /// The weight as kernels take it.
    func layerWeight(_ inputs: [Tensor]) -> LayerWeight { LayerWeight(inputs[weight].matrix, packed: packed) }
  }

  /// Appends the tensors of the map to the inputs of an operation.
  func append(to inputs: inout [Tensor]) -> Indices {
    let first = inputs.count
    inputs.append(weight)
    if let bias { inputs.append(bias) }
    return Indices(
      weight: first, bias: bias == nil ? nil : first + 1, update: update?.append(to: &inputs), packed: packed)
  }
}

extension Tensor {
  /// This weight, packed for products at a precision; nil if they are in 32 bits.
  ///
  /// - Shape: `[out, in]`
  /// - Parameter withGradients: true if the products of the gradients are at the precision too.
  package func packed(for precision: Precision, withGradients: Bool = false) -> PackedWeight? {
    PackedWeight(matrix, precision: precision, withGradients: withGradients)
  }
}
