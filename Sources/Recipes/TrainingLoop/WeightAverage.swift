import Encoders
import Layers
import OrderedCollections
import Tensors
import Training
import Words

/// The average of a run's weights that is evaluated and exported in their place.
enum WeightAverage {
  /// Over all steps, the latest with the most weight.
  case moving(MovingAverage)
  /// Over the latest evaluations.
  case latest(LatestMean)

  /// The average that a recipe asks for; nil for none.
  init?(_ settings: TrainingSettings) {
    if let ema = settings.ema {
      self = .moving(MovingAverage(decay: ema.decay))
    } else if let average = settings.average {
      self = .latest(LatestMean(limit: average.last))
    } else {
      return nil
    }
  }

  /// Adds the weights after a step.
  mutating func addStep(_ model: some Module, where isTrained: (_ key: String) -> Bool) {
    guard case .moving(var average) = self else { return }
    // Without the copy of this enumeration the tensors are changed in place.
    self = .moving(MovingAverage(decay: average.decay))
    average.add(model, where: isTrained)
    self = .moving(average)
  }

  /// Adds the weights that are evaluated after a step.
  mutating func addEvaluation(_ model: some Module, step: Int, where isTrained: (_ key: String) -> Bool) {
    guard case .latest(var average) = self else { return }
    average.add(model, step: step, where: isTrained)
    self = .latest(average)
  }

  /// The averaged parameters; empty as long as nothing was added.
  var parameters: ParameterDictionary {
    switch self {
    case .moving(let average): average.mean
    case .latest(let average): average.mean
    }
  }

  /// The average in words: "the exponential moving average of decay 0.99".
  var name: String {
    switch self {
    case .moving(let average): "the exponential moving average of decay \(average.decay)"
    case .latest(let average):
      average.kept.count > 1
        ? "the mean of those at the last \(NumberText.counted(average.kept.count, "evaluation"))"
        : "those of the only evaluation"
    }
  }

  /// The most weights that are kept beside the model's.
  var mostWeights: Int {
    switch self {
    case .moving: 1
    case .latest(let average): average.limit
    }
  }

  /// The number of scalars that are kept.
  var count: Int {
    switch self {
    case .moving(let average): average.mean.values.reduce(0) { $0 + $1.shape.count }
    case .latest(let average):
      average.kept.values.reduce(0) { $1.values.reduce($0) { $0 + $1.shape.count } }
    }
  }
}

// MARK: - Checkpoints

extension WeightAverage {
  /// The tensors that a checkpoint must hold so that the next step gives the same bits: θ̄ of every averaged parameter,
  /// or `STEP.KEY` of all weights that are kept; empty as long as nothing was added.
  var saved: ParameterDictionary {
    switch self {
    case .moving(let average): return average.mean
    case .latest(let average):
      var all: ParameterDictionary = [:]
      for (step, weights) in average.kept {
        for (key, parameter) in weights { all["\(step).\(key)"] = parameter }
      }
      return all
    }
  }

  /// The average of a run that is at a step, from what was saved; nil if the run cannot have saved it.
  ///
  /// - Parameters:
  ///   - shapes: Those of the averaged parameters.
  ///   - evaluated: The steps with an evaluation; of the present step it may be made or not.
  func restored(
    from saved: ParameterDictionary, step: Int, shapes: OrderedDictionary<String, Shape>, evaluated: [Int]
  ) -> WeightAverage? {
    func isWhole(_ weights: ParameterDictionary) -> Bool {
      weights.count == shapes.count
        && weights.allSatisfy { shapes[$0.key] == $0.value.shape && $0.value.isFinite }
    }
    switch self {
    case .moving(let average):
      guard isWhole(saved) else { return nil }
      return .moving(MovingAverage(decay: average.decay, count: step, mean: saved))
    case .latest(let average):
      var kept: OrderedDictionary<Int, ParameterDictionary> = [:]
      for (name, tensor) in saved {
        let parts = name.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[0]) else { return nil }
        kept[number, default: [:]][String(parts[1])] = tensor
      }
      kept.sort { $0.key < $1.key }
      let before = evaluated.filter { $0 < step }
      guard kept.values.allSatisfy(isWhole),
        [evaluated, before].contains(where: { Array(kept.keys) == $0.suffix(average.limit) })
      else { return nil }
      return .latest(LatestMean(limit: average.limit, kept: kept))
    }
  }
}
