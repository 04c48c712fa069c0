import JSONText
import Tensors
import TestSupport
import Testing
import Training

/// Losses on a cross-encoder's scores equal those of sentence-transformers and PyTorch, computed in Float64.
@Suite struct RankingLossGoldenTests {
  @Test func coverEveryLossOnLogits() throws {
    let names = Set(try RankingLossGolden.all().map(\.loss))
    #expect(
      names == [
        "pairwiseLogistic", "binaryCrossEntropy", "mse", "infoNCE", "marginMSE", "distillation", "rankNet",
        "lambdaLoss",
        "listNet", "listMLE", "adrMSE",
      ])
  }

  @Test(arguments: try RankingLossGolden.all())
  func valuesAndGradientsOfGroupsEqual(_ golden: RankingLossGolden) throws {
    let targets = Targets(groups: golden.grades, teacherScores: golden.teacher)
    let loss = try Self.loss(golden)
    let scores = Tensor(golden.scores, shape: [golden.scores.count])
    let (value, gradients) = valueAndGradients(of: [scores]) { loss(targets.rectangle(of: $0[0]), targets: targets) }
    #expect(Self.areClose(value.scalar, golden.value), "\(value.scalar) for \(golden.value)")
    #expect(golden.gradient.count == golden.scores.count && !golden.gradient.isEmpty)
    for (found, expected) in zip(gradients[0].elements, golden.gradient) {
      #expect(Self.areClose(found, expected), "\(gradients[0].elements) for \(golden.gradient)")
    }
  }

  /// The same rows as a bi-encoder has them: every document in a column of its own, and anything in the other cells.
  @Test(arguments: try RankingLossGolden.all())
  func valuesAndGradientsOfRowsEqual(_ golden: RankingLossGolden) throws {
    let groups = Targets(groups: golden.grades)
    let documents = golden.scores.count
    let starts = golden.grades.indices.map { golden.grades[..<$0].joined().count }
    func moved(_ columns: [Int], _ query: Int) -> [Int] { columns.map { starts[query] + $0 } }
    let negatives = groups.negatives.enumerated().map { moved($0.element, $0.offset) }
    let places = zip(groups.positives, groups.negatives).map { [$0] + $1 }
    let targets = Targets(
      positives: groups.positives.enumerated().map { starts[$0.offset] + $0.element }, negatives: negatives,
      teacherScores: zip(golden.teacher, places).map { scores, order in order.map { scores[$0] } },
      grades: groups.grades)
    var random = SeededGenerator(seed: 7)
    var elements = random.tensor([targets.queries * documents]).elements
    let cells = golden.grades.enumerated().flatMap { query, group in
      group.indices.map { query * documents + starts[query] + $0 }
    }
    #expect(cells.count == documents && golden.gradient.count == documents)
    for (cell, score) in zip(cells, golden.scores) { elements[cell] = score }
    let (value, gradient) = evaluate(
      try Self.loss(golden), Tensor(elements, shape: [targets.queries, documents]), targets)
    #expect(Self.areClose(value.scalar, golden.value), "\(value.scalar) for \(golden.value)")
    #expect(zip(cells, golden.gradient).allSatisfy { Self.areClose(gradient.elements[$0], $1) })
    #expect(Set(gradient.elements.indices).subtracting(cells).allSatisfy { gradient.elements[$0] == 0 })
  }

  private static func areClose(_ found: Float, _ expected: Float) -> Bool {
    abs(found - expected) <= 1e-5 * max(1, abs(expected))
  }

  static func loss(_ golden: RankingLossGolden) throws -> any RankingLoss {
    let settings = golden.settings
    let k = settings["k"].integerValue
    func logarithm() throws -> LambdaLoss.Logarithm {
      try #require(LambdaLoss.Logarithm(rawValue: try settings["logarithm"].text()))
    }
    switch golden.loss {
    case "pairwiseLogistic": return PairwiseLogistic()
    case "binaryCrossEntropy": return BinaryCrossEntropy(positiveWeight: settings["positiveWeight"].doubleValue ?? 1)
    case "mse": return MSE()
    case "infoNCE":
      return InfoNCE(
        temperature: try settings["temperature"].double(), maskKnownPositives: true, inBatchNegatives: false,
        activation: settings["activation"].stringValue.flatMap(InfoNCE.LogitActivation.init))
    case "marginMSE": return MarginMSE(similarity: nil)
    case "distillation":
      return Distillation(
        similarity: nil, temperature: try settings["temperature"].double(),
        teacherTemperature: try settings["teacherTemperature"].double())
    case "rankNet": return RankNet(k: k, sigma: try settings["sigma"].double(), logarithm: try logarithm())
    case "lambdaLoss":
      return LambdaLoss(
        weighting: try #require(LambdaLoss.Weighting(rawValue: try settings["weighting"].text())), k: k,
        sigma: try settings["sigma"].double(), mu: settings["mu"].doubleValue, logarithm: try logarithm())
    case "listNet": return ListNet()
    case "listMLE": return ListMLE(positionAware: settings["positionAware"].boolValue == true)
    case "adrMSE": return ADRMSE(alpha: try settings["alpha"].double())
    default: throw UnknownLoss(name: golden.loss)
    }
  }

  private struct UnknownLoss: Error { let name: String }
}
