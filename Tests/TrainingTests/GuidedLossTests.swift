import JSONText
import Tensors
import TestSupport
import Testing
import Training

/// Hardness weighting and the mask of a guide equal those of sentence-transformers, computed in Float64.
@Suite struct GuidedLossTests {
  private static let names = "guided"

  @Test(arguments: try LossGoldens(names).cases)
  func valuesAndGradientsEqual(_ golden: LossGoldens.Case) throws {
    let goldens = try LossGoldens(Self.names)
    func tensor(_ name: String) throws -> Tensor { try goldens.tensor("\(golden.name).\(name)") }
    let queries = try tensor("queries")
    let documents = try tensor("documents")
    let count = queries.shape[0]
    let own = (documents.shape[0] - count) / count
    var known: [[Int]] = []
    if goldens.hasTensor("\(golden.name).guide.queries") {
      let (name, margin) = try #require(golden.settings["margin"].objectValue?.members.first)
      let guide = name == "absolute" ? GuideMargin.absolute(try margin.double()) : .relative(try margin.double())
      known = guide.falseNegatives(
        try tensor("guide.queries").normalizedRows().matmul(try tensor("guide.documents").normalizedRows().transposed),
        positives: Array(0..<count))
    }
    let hardness = try golden.settings["hardness"].objectValue.map { settings in
      InfoNCE.Hardness(
        strength: try (settings["strength"] ?? .null).double(),
        negatives: try #require(InfoNCE.Hardness.Negatives(rawValue: settings["negatives"]?.stringValue ?? "")))
    }
    let targets = Targets(
      positives: Array(0..<count),
      negatives: (0..<count).map { row in (0..<own).map { count + row * own + $0 } }, knownPositives: known)
    let loss = TrainingLoss(
      InfoNCE(temperature: try golden.settings["temperature"].double(), maskKnownPositives: true, hardness: hardness),
      matryoshka: nil)
    let (value, gradients) = valueAndGradients(of: [queries, documents]) {
      loss(queries: $0[0], documents: $0[1], targets: targets)
    }
    #expect(difference(value.reshaped(to: [1]), try tensor("loss")) < 1e-5)
    #expect(difference(gradients[0], try tensor("gradient.queries")) < 1e-5)
    #expect(difference(gradients[1], try tensor("gradient.documents")) < 1e-5)
  }

  @Test func aGuideNeverMasksThePositive() throws {
    let scores = Tensor([0.5, 0.49, 0.6, -0.2, -0.21, -0.3], shape: [2, 3])
    #expect(GuideMargin.absolute(0).falseNegatives(scores, positives: [0, 0]) == [[2], []])
    #expect(GuideMargin.absolute(0.015).falseNegatives(scores, positives: [0, 0]) == [[1, 2], [1]])
    #expect(GuideMargin.relative(0.1).falseNegatives(scores, positives: [0, 0]) == [[1, 2], [1]])
    #expect(GuideMargin.relative(0).falseNegatives(scores, positives: [2, 2]) == [[], [0, 1]])
  }

  /// Without in-batch negatives only the row's own can be hard.
  @Test func hardnessAddsToTheRowsOwnNegatives() {
    let scores = Tensor([0.8, 0.5, 0.1, 0.2, 0.7, 0.6], shape: [2, 3])
    let targets = Targets(positives: [0, 1], negatives: [[2], []])
    let loss = InfoNCE(
      temperature: 1, maskKnownPositives: false, inBatchNegatives: false,
      hardness: .init(strength: 2, negatives: .all))
    // Row 1: log(1 + e^(0.1 − 0.8 + 2 · 0.1)); row 2 has no negative.
    #expect(abs(loss(scores, targets: targets).scalar - 0.4740769842 / 2) < 1e-6)
  }
}
