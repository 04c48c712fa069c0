import Kernels
public import Tensors

extension Tensor {
  /// Makes a tensor of random numbers from a normal distribution with mean 0.
  ///
  ///     x = σ √(−2 ln u) cos(2π v)        u, v uniform, hashed from (key, index)
  ///
  /// An element depends on the key and its index alone, so the same key gives the same numbers. They differ from those
  /// of `normalNumbers`: reranker heads use the one and dense layers the other, so that both keep their weights.
  ///
  /// - Parameter deviation: the standard deviation σ.
  public init(normalWithDeviation deviation: Float, shape: Shape, key: UInt64) {
    let numbers = (0..<shape.count).map { index in
      let first = mixed(key, 2 * UInt64(index))
      let second = mixed(key, 2 * UInt64(index) + 1)
      // 53 bits each; the first lies in (0, 1], so that its logarithm is finite.
      let (u, v) = (Double((first >> 11) + 1) * 0x1p-53, Double(second >> 11) * 0x1p-53)
      return deviation * Float(normalPair(u, v).0)
    }
    self.init(numbers, shape: shape)
  }

  /// Makes a tensor of random numbers, uniform on [−bound, bound), each a pure function of the key and its index.
  init(uniformWithin bound: Float, shape: Shape, key: UInt64) {
    let numbers = (0..<shape.count).map { index in
      bound * Float(Double(mixed(key, UInt64(index)) >> 11) * 0x1p-52 - 1)
    }
    self.init(numbers, shape: shape)
  }
}
