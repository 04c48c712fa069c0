public import Layers
import OrderedCollections
import Tensors

extension Module {
  /// The model between a base and this one: θ = (1 − α) · base + α · this.
  ///
  /// Computed as base + α (this − base): a weight that is the same in both keeps its bits, and so does every weight of
  /// the base at α = 0 and of this one at α = 1. An adapter whose factor B is 0 in the base gets α B and keeps A, so
  /// that its update is α times that of this one. Wortsman et al. 2022, arXiv:2109.01903.
  ///
  /// - Parameters:
  ///   - base: the model at α = 0, with all parameters that are mixed.
  ///   - alpha: α, from 0 to 1.
  ///   - isMixed: false for a parameter that is the same in both.
  public func mixed(
    with base: some Module, alpha: Float, where isMixed: (_ key: String) -> Bool = { _ in true }
  ) -> Self {
    if alpha == 1 { return self }
    let start = base.parameters
    var model = self
    model.updateParameters { key, parameter in
      guard isMixed(key), !LowRankAdapter.isDown(key), let first = start[key] else { return }
      parameter = alpha == 0 ? first : first + (parameter - first) * alpha
    }
    return model
  }
}

extension LowRankAdapter {
  /// True for the key of a factor A.
  fileprivate static func isDown(_ key: String) -> Bool { key.hasSuffix("." + Factor.down.rawValue) }
}
