public import Layers
public import OrderedCollections
import Tensors

/// The exponential moving average of a model's weights over the steps of its training.
///
///     θ̄ ← θ̄ + wₜ (θₜ − θ̄)        wₜ = 1 / (1 + β + … + βᵗ⁻¹)
///
/// After t steps θ̄ is the mean of θ₁ … θₜ with the weights βᵗ⁻ⁱ. This is the average that starts at 0 with its bias
/// corrected, ((1 − β) Σ βᵗ⁻ⁱ θᵢ) / (1 − βᵗ), as section 7.2 of Kingma & Ba 2015, arXiv:1412.6980 has it. The weights
/// before the first step have no part in it. A weight that no step changes keeps its bits.
public struct MovingAverage: Sendable {
  /// β, above 0 and below 1: the factor by which a step counts less than the one after it.
  public let decay: Double
  /// The steps averaged so far.
  public private(set) var count = 0
  /// θ̄ of the averaged parameters; empty before the first step.
  public private(set) var mean: ParameterDictionary = [:]
  /// 1 + β + … + βᵗ⁻¹.
  private var sum = 0.0

  /// Makes an average of no steps.
  public init(decay: Double) { self.decay = decay }

  /// Makes the average of a number of steps from what was saved.
  public init(decay: Double, count: Int, mean: ParameterDictionary) {
    self.init(decay: decay)
    for _ in 0..<count { countStep() }
    self.mean = mean
  }

  private mutating func countStep() {
    count += 1
    sum = 1 + decay * sum
  }

  /// Adds the weights after a step.
  ///
  /// - Parameter isAveraged: false for a parameter that steps do not change.
  public mutating func add(_ model: some Module, where isAveraged: (_ key: String) -> Bool = { _ in true }) {
    countStep()
    for (key, parameter) in model.parameters where isAveraged(key) {
      mean.moveTowards(parameter, of: key, by: Float(1 / sum))
    }
  }
}

extension ParameterDictionary {
  /// Adds a share of the difference to another tensor; a key that is new gets the tensor itself.
  mutating func moveTowards(_ other: Tensor, of key: String, by share: Float) {
    guard var mean = self[key] else {
      self[key] = other
      return
    }
    self[key] = Tensor(0)
    mean.accumulate((other - mean) * share)
    self[key] = mean
  }
}
