/// The affine map of a layer, as operations take it: y = x Wᵀ + b.
public struct AffineMap: Sendable {
  /// `[out, in]`, as checkpoints have it.
  public var weight: Tensor
  /// `[out]`; nil if the map has no bias.
  public var bias: Tensor?
  /// The low-rank update that is added; nil for none.
  public var update: LowRankUpdate?

  /// Makes the map from its parameters.
  public init(weight: Tensor, bias: Tensor? = nil, update: LowRankUpdate? = nil) {
    self.weight = weight
    self.bias = bias
    self.update = update
  }

  /// The map to some of the outputs, such as the queries where one map gives queries, keys and values.
  public func rows(_ range: Range<Int>) -> AffineMap {
    AffineMap(weight: weight.slice(range), bias: bias?.slice(range), update: update?.rows(range))
  }

  /// The indices of a map's tensors among the inputs of an operation.
  struct Indices {
    let weight: Int
    let bias: Int?
    let update: LowRankUpdate.Part?
  }

  /// Appends the tensors of the map to the inputs of an operation.
  func append(to inputs: inout [Tensor]) -> Indices {
    let first = inputs.count
    inputs.append(weight)
    if let bias { inputs.append(bias) }
    return Indices(weight: first, bias: bias == nil ? nil : first + 1, update: update?.append(to: &inputs))
  }
}
