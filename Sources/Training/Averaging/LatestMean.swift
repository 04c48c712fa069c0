public import Layers
public import OrderedCollections
import Tensors

/// The mean of a model's weights after some steps of its training, the latest that were kept.
///
/// Izmailov et al. 2018, arXiv:1803.05407, averages weights along training; the latest ones, Kaddour 2022,
/// arXiv:2209.14981.
public struct LatestMean: Sendable {
  /// The most weights that are kept.
  public let limit: Int
  /// The weights that are kept with their steps, the latest last.
  public private(set) var kept: OrderedDictionary<Int, ParameterDictionary> = [:]

  /// Makes a mean of nothing.
  public init(limit: Int) { self.limit = limit }

  /// Makes the mean of weights that were saved.
  public init(limit: Int, kept: OrderedDictionary<Int, ParameterDictionary>) {
    self.init(limit: limit)
    self.kept = kept
  }

  /// Adds the weights after a step, in the place of the oldest if there are enough; those of a step count once.
  ///
  /// - Parameter isAveraged: false for a parameter that steps do not change.
  public mutating func add(
    _ model: some Module, step: Int, where isAveraged: (_ key: String) -> Bool = { _ in true }
  ) {
    kept[step] = model.parameters.filter { isAveraged($0.key) }
    if kept.count > limit { kept.removeFirst() }
  }

  /// The mean of the averaged parameters; empty where nothing is kept.
  ///
  /// A weight that is the same in all has its bits.
  public var mean: ParameterDictionary {
    var mean: ParameterDictionary = [:]
    for (index, weights) in kept.values.enumerated() {
      for (key, parameter) in weights { mean.moveTowards(parameter, of: key, by: 1 / Float(index + 1)) }
    }
    return mean
  }
}
