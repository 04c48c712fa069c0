import Foundation
import Tensors
import Testing
import Training

/// The traits of losses that checks of data and settings read before a run.
@Suite struct LossTraitsTests {
  /// A new loss states its traits in tests of its own.
  private static let all: [any RankingLoss] = [
    InfoNCE(temperature: 1, maskKnownPositives: false), CoSENT(scale: 1), Triplet(margin: 1), CosineMSE(),
    Contrastive(margin: 1), MarginMSE(similarity: nil),
    Distillation(similarity: nil, temperature: 1, teacherTemperature: 1), PairwiseLogistic(), BinaryCrossEntropy(),
    MSE(), RankNet(sigma: 1, logarithm: .natural),
    LambdaLoss(weighting: .lambdaRank, sigma: 1, logarithm: .natural), ListNet(), ListMLE(positionAware: false),
    ADRMSE(alpha: 1),
  ]

  private func names(_ isIncluded: (any RankingLoss.Type) -> Bool) -> [String] {
    Self.all.map { type(of: $0) }.filter(isIncluded).map { $0.name }
  }

  @Test func lossesOfSingleScoresCompareNoDocuments() {
    #expect(
      Self.all.filter { !$0.contrast.isAmongDocuments }.map { type(of: $0).name } == [
        "coSENT", "cosineMSE", "contrastive", "binaryCrossEntropy", "mse",
      ])
  }

  @Test func lossesThatCompareExamplesOfAStepNeedTwo() {
    #expect(Self.all.filter(\.contrast.needsOtherQueries).map { type(of: $0).name } == ["infoNCE", "coSENT"])
    #expect(!InfoNCE(temperature: 1, maskKnownPositives: true, inBatchNegatives: false).contrast.needsOtherQueries)
  }

  @Test func whatALossCannotReadHasASubstituteThatCan() {
    #expect(names { !$0.reads(.cosines) } == ["binaryCrossEntropy", "mse"])
    #expect(names { !$0.reads(.logits) } == ["cosineMSE", "contrastive"])
    #expect(BinaryCrossEntropy.substitute(for: .cosines) == Contrastive.name)
    #expect(MSE.substitute(for: .cosines) == "\(CosineMSE.name) for labels, \(MarginMSE.name) for a teacher")
    #expect(CosineMSE.substitute(for: .logits) == MSE.name)
    #expect(Contrastive.substitute(for: .logits) == BinaryCrossEntropy.name)
    #expect(MarginMSE.substitute(for: .cosines) == nil && MarginMSE.substitute(for: .logits) == nil)
  }

  @Test func aSubstituteIsAProblemOfTheName() {
    #expect(MSE().problems(for: .logits) == [])
    let problems = MSE().problems(for: .cosines)
    #expect(problems.map(\.key) == ["name"] && problems.map(\.others) == [[]])
    #expect(
      problems.map(\.message) == [
        "mse reads logits, not cosines; use cosineMSE for labels, marginMSE for a teacher"
      ])
  }

  /// A cosine is from −1 to 1; a probability and "together or apart" are from 0 to 1.
  @Test func lossesOfBoundedTargetsBoundTheirLabels() {
    #expect(names { $0.labels != nil } == ["cosineMSE", "contrastive", "binaryCrossEntropy"])
    #expect([-1.5, -1, 1, 1.5].map { CosineMSE.canRead(label: $0) } == [false, true, true, false])
    #expect([-0.5, 0, 1, 5].map { Contrastive.canRead(label: $0) } == [false, true, true, false])
    let labels: [Float] = [-0.25, 0, 0.5, 1, 1.25, .nan]
    #expect(labels.map { BinaryCrossEntropy.canRead(label: $0) } == [false, true, true, true, false, false])
    #expect(labels.map { CoSENT.canRead(label: $0) } == [true, true, true, true, true, true])
  }

  @Test func teacherScoresAreReadByThreeLosses() {
    #expect(names { $0.readsTeacherScores } == ["marginMSE", "distillation", "mse"])
  }

  /// Two cosines differ by 2 at most; dot products and logits by any number.
  @Test func onlyCosinesBoundATeachersMargins() {
    #expect(MarginMSE(similarity: .cosine).teacherMargins == -2...2)
    #expect(MarginMSE(similarity: .dot).teacherMargins == nil && MarginMSE(similarity: nil).teacherMargins == nil)
    #expect(Self.all.allSatisfy { $0.teacherMargins == nil })
  }

  @Test func marginsOfCosinesAreAtMostTwo() {
    for loss in [Triplet(margin: 5), Contrastive(margin: 5)] as [any RankingLoss] {
      #expect(
        loss.problems(for: .cosines).map(\.message) == [
          "5.0 is more than cosines can differ, which is 2; margins of cosines are small, such as 0.5"
        ])
    }
    #expect(Triplet(margin: 5).problems(for: .logits) == [] && Triplet(margin: 2).problems(for: .cosines) == [])
  }

  @Test func scalesThatMakeALossVanishOrOverflowAreRefused() {
    for temperature in [1e-40, 1e40] {
      #expect(
        InfoNCE(temperature: temperature, maskKnownPositives: true).problems(for: .cosines).map(\.message) == [
          "\(temperature) is not between 1e-30 and 1e30"
        ])
    }
  }

  @Test func lossesOfListsNeedNegatives() {
    #expect(
      Self.all.filter(\.needsNegatives).map { type(of: $0).name } == [
        "pairwiseLogistic", "rankNet", "lambdaLoss", "listNet", "listMLE", "adrMSE",
      ])
    // The others have no choice of negatives, and leave out none.
    #expect(Self.all.map(\.usesInBatchNegatives) == [true] + [Bool?](repeating: nil, count: 14))
    #expect(Self.all.allSatisfy { !$0.acceptsGuide })
  }

  @Test(arguments: [(true, true, false), (false, false, true)])
  func infoNCENeedsNegativesWhereItHasNoneOfTheBatch(_ choice: Bool, _ uses: Bool, _ needs: Bool) {
    let loss = InfoNCE(temperature: 1, maskKnownPositives: true, inBatchNegatives: choice)
    #expect(loss.usesInBatchNegatives == uses && loss.needsNegatives == needs && loss.acceptsGuide)
  }

  @Test func aScaleIsTheInverseOfATemperature() throws {
    let scaled = try JSONDecoder().decode(
      InfoNCE.self, from: Data(#"{"scale":20,"maskKnownPositives":false}"#.utf8))
    let plain = InfoNCE(temperature: 0.05, maskKnownPositives: false)
    #expect(scaled.temperature == 0.05 && plain.temperature == 0.05)
    #expect(scaled.problems(for: .cosines) == [])
    let (scores, targets) = (Tensor([0.5, 0.25, 0.125, 0.75], shape: [2, 2]), Targets(positives: [0, 1]))
    let (value, _) = evaluate(scaled, scores, targets)
    #expect(value.scalar > 0 && sameBits(value, evaluate(plain, scores, targets).value))
  }

  private static let broken: [(loss: any RankingLoss, keys: [String])] = [
    (InfoNCE(temperature: 0, maskKnownPositives: true), ["temperature"]),
    (
      InfoNCE(
        temperature: 1, maskKnownPositives: true, inBatchNegatives: false,
        hardness: .init(strength: -1, negatives: .inBatch)), ["hardness.strength", "hardness.negatives"]
    ),
    (CoSENT(scale: 0), ["scale"]), (Triplet(margin: 0), ["margin"]), (Contrastive(margin: 0), ["margin"]),
    (
      Distillation(similarity: .dot, temperature: 0, teacherTemperature: 0), ["temperature", "teacherTemperature"]
    ),
    (PairwiseLogistic(temperature: 0), ["temperature"]),
    (RankNet(k: 0, sigma: 0, logarithm: .natural), ["k", "sigma"]),
    (
      LambdaLoss(weighting: .nDCGLoss2PlusPlus, k: 0, sigma: 0, mu: 0, epsilon: 0, logarithm: .natural),
      ["k", "sigma", "mu", "epsilon"]
    ),
    (ListNet(temperature: 0), ["temperature"]), (ListMLE(positionAware: true, temperature: 0), ["temperature"]),
    (ADRMSE(alpha: 0), ["alpha"]),
  ]

  /// A recipe is told before the run what would stop a loss or make it meaningless.
  @Test(arguments: broken.indices)
  func settingsThatCannotBeAreNamed(_ index: Int) {
    let (loss, keys) = Self.broken[index]
    #expect(loss.problems(for: .cosines).map(\.key) == keys)
  }
}
