import Tensors
import TestSupport
import Testing
import Training

/// Scores of a cross-encoder in the rectangle that all losses read.
@Suite struct TargetGroupsTests {
  @Test func thePositiveIsTheFirstOfTheBestGrade() {
    let targets = Targets(groups: [[0, 2, 1, 2], [0.5], [1, 0]], teacherScores: [[1, 2, 3, 4], [5], [6, 7]])
    #expect(targets.positives == [1, 0, 0])
    #expect(targets.negatives == [[0, 2, 3], [], [1]])
    #expect(targets.grades == [[2, 0, 1, 2], [0.5], [1, 0]])
    #expect(targets.teacherScores == [[2, 1, 3, 4], [5], [6, 7]])
    #expect(targets.labels == [2, 0.5, 1])
    // All that is not worse than relevant, and the cells behind the end of a group.
    #expect(targets.knownPositives == [[1, 2, 3], [0, 1, 2, 3], [0, 2, 3]])
  }

  @Test func theRectangleEndsWhereGroupsEnd() {
    let targets = Targets(groups: [[1, 0, 0], [1], [1, 0]])
    let scores = Tensor([1, 2, 3, 4, 5, 6], shape: [6, 1])
    let (value, gradients) = valueAndGradients(of: [scores]) { inputs in
      targets.rectangle(of: inputs[0]).gatherElements([0, 3, 7]).sum()
    }
    #expect(value.scalar == 1 + 4 + 6)
    #expect(gradients[0].elements == [1, 0, 0, 1, 0, 1])
    let nothing = -Float.infinity
    #expect(targets.rectangle(of: scores).elements == [1, 2, 3, 4, nothing, nothing, 5, 6, nothing])
  }

  /// No loss for in-batch negatives takes another query's cells, or cells behind the end of a group, for negatives.
  @Test func lossesOfBatchesSeeGroupsOnly() {
    let targets = Targets(groups: [[1, 0, 0], [0, 1, 1], [1], [0, 0]])
    var random = SeededGenerator(seed: 1)
    let scores = random.tensor([9])
    func outcome(_ loss: some RankingLoss) -> (value: Tensor, gradient: Tensor) {
      let (value, gradients) = valueAndGradients(of: [scores]) { loss(targets.rectangle(of: $0[0]), targets: targets) }
      return (value, gradients[0])
    }
    let own = outcome(InfoNCE(temperature: 0.5, maskKnownPositives: true, inBatchNegatives: false))
    let all = outcome(InfoNCE(temperature: 0.5, maskKnownPositives: true))
    #expect(difference(own.value, all.value) < 1e-6 && difference(own.gradient, all.gradient) < 1e-6)
    #expect(own.gradient.elements[6...].allSatisfy { $0 == 0 })
    let triplet = outcome(Triplet(margin: 10))
    let s = scores.elements
    #expect(abs(triplet.value.scalar - (10 + ((s[1] + s[2]) / 2 - s[0] + s[3] - s[4]) / 2)) < 1e-5)
    #expect(triplet.gradient.elements[5...].allSatisfy { $0 == 0 })
  }

  // MARK: - Lists that teach nothing

  private static let comparisons: [any RankingLoss] =
    [
      PairwiseLogistic(), ListNet(), ListMLE(positionAware: false), ListMLE(positionAware: true), ADRMSE(alpha: 1),
      RankNet(sigma: 1, logarithm: .natural),
      InfoNCE(temperature: 1, maskKnownPositives: true, inBatchNegatives: false),
    ] + LambdaLoss.Weighting.allCases.map { LambdaLoss(weighting: $0, sigma: 1, logarithm: .binary) }

  @Test(arguments: [[[0, 0, 0]], [[1]], [[0]], [[0.5], [1]], [[1], [0, 0]]] as [[[Float]]])
  func aListWithoutOrderAddsNothing(_ groups: [[Float]]) {
    let targets = Targets(groups: groups)
    for size: Float in [1, 1e4, 1e18] {
      let scores = Tensor((0..<groups.joined().count).map { size * (Float($0) - 0.5) }, shape: [groups.joined().count])
      for loss in Self.comparisons {
        let (value, gradients) = valueAndGradients(of: [scores]) {
          loss(targets.rectangle(of: $0[0]), targets: targets)
        }
        #expect(value.scalar == 0 && gradients[0].elements.allSatisfy { $0 == 0 }, "\(loss)")
      }
    }
  }

  /// In a batch they count as a list or as documents of loss 0, where a loss takes the mean of these.
  @Test func theyStayInTheMean() {
    let alone = Targets(groups: [[1, 0, 0]])
    let among = Targets(groups: [[1, 0, 0], [1], [0, 0]])
    let scores: [Float] = [0.5, -0.25, 1]
    func value(_ loss: some RankingLoss, _ targets: Targets, _ scores: [Float]) -> Float {
      loss(targets.rectangle(of: Tensor(scores, shape: [scores.count])), targets: targets).scalar
    }
    func share(_ loss: some RankingLoss) -> Float {
      value(loss, among, scores + [3, -7, 4]) / value(loss, alone, scores)
    }
    #expect(abs(share(ListNet()) - 1 / 3) < 1e-6)
    #expect(abs(share(ListMLE(positionAware: false)) - 1 / 3) < 1e-6)
    #expect(abs(share(ListMLE(positionAware: true)) - 1 / 3) < 1e-6)
    #expect(abs(share(InfoNCE(temperature: 1, maskKnownPositives: true, inBatchNegatives: false)) - 1 / 3) < 1e-6)
    #expect(abs(share(ADRMSE(alpha: 1)) - 3 / 6) < 1e-6)
    // The mean over pairs knows none of them; nDCGLoss1 counts all four pairs of the last list.
    #expect(abs(share(PairwiseLogistic()) - 1) < 1e-6)
    #expect(abs(share(RankNet(sigma: 1, logarithm: .natural)) - 1) < 1e-6)
    #expect(abs(share(LambdaLoss(weighting: .lambdaRank, sigma: 1, logarithm: .natural)) - 1) < 1e-6)
    #expect(abs(share(LambdaLoss(weighting: .nDCGLoss1, sigma: 1, logarithm: .natural)) - 9 / 13) < 1e-6)
  }

  @Test func scoresOfAnySizeGiveAFiniteLoss() {
    let targets = Targets(groups: [[1, 0, 0.5], [0, 1]], teacherScores: [[1, 0, 0.5], [0, 1]])
    for size: Float in [0, 1e-30, 1e4, 1e18] {
      let scores = Tensor([-size, size, size, size, -size], shape: [5])
      for loss in Self.comparisons + [BinaryCrossEntropy(positiveWeight: 3), MSE()] {
        let (value, gradients) = valueAndGradients(of: [scores]) {
          loss(targets.rectangle(of: $0[0]), targets: targets)
        }
        #expect(value.isFinite && gradients[0].isFinite, "\(loss) of scores of size \(size)")
      }
    }
  }

  /// Long lists and large grades: no power of two is too large.
  @Test func longListsAndLargeGradesAreFine() {
    var random = SeededGenerator(seed: 2)
    let targets = Targets(groups: [(0..<1500).map { Float($0) }])
    let scores = random.tensor([1500])
    for loss: any RankingLoss in [
      LambdaLoss(weighting: .nDCGLoss2PlusPlus, k: 10, sigma: 1, logarithm: .binary), ListMLE(positionAware: true),
    ] {
      let (value, gradients) = valueAndGradients(of: [scores]) { loss(targets.rectangle(of: $0[0]), targets: targets) }
      #expect(value.isFinite && value.scalar > 0 && gradients[0].isFinite)
    }
  }

  /// Without grades a positive counts as 1 and a negative as 0, and known positives stay out.
  @Test func rowsNeedNoGrades() {
    let rows = Targets(positives: [0, 3], negatives: [[1, 2], [4]], knownPositives: [[2], []])
    let graded = Targets(positives: [0, 3], negatives: [[1], [4]], grades: [[1, 0], [1, 0]])
    var random = SeededGenerator(seed: 3)
    let scores = random.tensor([2, 5])
    for loss in Self.comparisons + [BinaryCrossEntropy(), MSE()] {
      #expect(loss(scores, targets: rows).scalar == loss(scores, targets: graded).scalar, "\(loss)")
    }
  }
}
