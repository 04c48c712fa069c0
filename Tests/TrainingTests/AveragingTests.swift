import Kernels
import Layers
import OrderedCollections
import Tensors
import TestSupport
import Testing
import Training

/// Averages of weights over training, and mixes of two models.
@Suite struct AveragingTests {
  /// Weights after some steps: one parameter moves, one stays, one is not averaged.
  private static let steps = (0..<6).map { step -> Bag in
    var random = SeededGenerator(seed: UInt64(step) + 1)
    return Bag([
      ("moving", random.tensor([5, 3])), ("resting", Tensor([0.1, -0.7, 1e-30], shape: [3])), ("frozen", Tensor(3)),
    ])
  }

  private static func isAveraged(_ key: String) -> Bool { key != "frozen" }

  /// The mean of numbers with some weights, in double precision.
  private static func mean(of key: String, _ models: some Collection<Bag>, weights: [Double]) throws -> [Double] {
    let total = weights.reduce(0, +)
    let values = try models.map { try #require($0.parameters[key]).elements }
    return values[0].indices.map { index in
      zip(values, weights).reduce(0) { $0 + Double($1.0[index]) * $1.1 } / total
    }
  }

  // MARK: - Moving average

  private static func average(_ models: some Collection<Bag>, decay: Double = 0.8) -> MovingAverage {
    var average = MovingAverage(decay: decay)
    for model in models { average.add(model, where: isAveraged) }
    return average
  }

  @Test(arguments: 1...6) func aMovingAverageHasTheStatedWeights(_ count: Int) throws {
    let models = Self.steps.prefix(count)
    let average = Self.average(models)
    let weights = (0..<count).map { step in (step + 1..<count).reduce(1) { weight, _ in weight * 0.8 } }
    try expectClose(
      #require(average.mean["moving"]).elements, Self.mean(of: "moving", models, weights: weights))
    #expect(sameBits(Self.steps[0].parameters["resting"], average.mean["resting"]))
    #expect(average.mean.count == 2 && average.count == count)
  }

  /// The weights before the first step have no part in it.
  @Test func theFirstStepIsTheAverage() {
    let average = Self.average(Self.steps.prefix(1), decay: 0.999_999)
    #expect(sameBits(Self.steps[0].parameters["moving"], average.mean["moving"]))
  }

  @Test func aSavedMovingAverageGoesOnWithTheSameBits() {
    let whole = Self.average(Self.steps)
    for step in 1..<6 {
      let first = Self.average(Self.steps.prefix(step))
      var rest = MovingAverage(decay: 0.8, count: first.count, mean: first.mean)
      for model in Self.steps.dropFirst(step) { rest.add(model, where: Self.isAveraged) }
      #expect(sameBits(whole.mean["moving"], rest.mean["moving"]), "\(step)")
    }
  }

  /// A model that an average was made of is another value.
  @Test func theModelStaysAsItIs() throws {
    let copy = try #require(Self.steps[0].parameters["moving"]).elements
    _ = Self.average(Self.steps)
    #expect(Self.steps[0].parameters["moving"]?.elements == copy)
  }

  // MARK: - Latest mean

  @Test(arguments: 1...6) func theLatestMeanIsOfTheLatest(_ count: Int) throws {
    var average = LatestMean(limit: 3)
    for (step, model) in Self.steps.prefix(count).enumerated() {
      average.add(model, step: 10 * step, where: Self.isAveraged)
    }
    let latest = Self.steps.prefix(count).suffix(3)
    #expect(Array(average.kept.keys) == (0..<count).suffix(3).map { 10 * $0 })
    try expectClose(
      #require(average.mean["moving"]).elements,
      Self.mean(of: "moving", latest, weights: latest.map { _ in 1 }))
    #expect(sameBits(Self.steps[0].parameters["resting"], average.mean["resting"]))
    #expect(average.mean.count == 2)
    let restored = LatestMean(limit: 3, kept: average.kept)
    #expect(sameBits(restored.mean["moving"], average.mean["moving"]))
  }

  /// An evaluation that is made once more adds nothing.
  @Test func theWeightsOfAStepCountOnce() {
    var average = LatestMean(limit: 3)
    for step in [0, 1, 1, 1] { average.add(Self.steps[step], step: step) }
    #expect(average.kept.count == 2)
  }

  // MARK: - Mixes

  @Test func aMixIsBetweenBoth() throws {
    let (base, tuned) = (Self.steps[0], Self.steps[1])
    for alpha in [0.25, 0.5, 0.9] as [Float] {
      let mixed = tuned.mixed(with: base, alpha: alpha)
      try expectClose(
        #require(mixed.parameters["moving"]).elements,
        Self.mean(of: "moving", [base, tuned], weights: [1 - Double(alpha), Double(alpha)]))
      #expect(sameBits(mixed.parameters["resting"], base.parameters["resting"]))
    }
    #expect(sameBits(tuned.mixed(with: base, alpha: 0).parameters["moving"], base.parameters["moving"]))
    #expect(sameBits(tuned.mixed(with: base, alpha: 1).parameters["moving"], tuned.parameters["moving"]))
    let untouched = tuned.mixed(with: base, alpha: 0) { $0 != "moving" }
    #expect(sameBits(untouched.parameters["moving"], tuned.parameters["moving"]))
  }

  /// The update of a mix with new adapters is α times the trained one, at the same rank.
  @Test func aMixOfAdaptersScalesTheirUpdate() throws {
    var base = MeanEncoder(vocabulary: 7, width: 6, seed: 3)
    base.addAdapters(to: ["dense"], LowRankAdapter.Settings(rank: 2, alpha: 4), seed: 5)
    var tuned = base
    var random = SeededGenerator(seed: 9)
    tuned.dense.adapter?.down = random.tensor([2, 6])
    tuned.dense.adapter?.up = random.tensor([6, 2])
    let mixed = tuned.mixed(with: base, alpha: 0.3)
    #expect(sameBits(mixed.dense.adapter?.down, tuned.dense.adapter?.down))
    let (start, end) = (base.dense.weight.elements, tuned.mergingAdapters().dense.weight.elements)
    try expectClose(
      mixed.mergingAdapters().dense.weight.elements,
      zip(start, end).map { 0.7 * Double($0) + 0.3 * Double($1) })
    let none = tuned.mixed(with: base, alpha: 0).mergingAdapters()
    #expect(sameBits(none.dense.weight, base.dense.weight))
  }
}
