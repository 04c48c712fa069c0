import Tensors
import Testing
import Training

/// What a query's score is compared with, counted by hand on small steps.
@Suite struct ContrastTests {
  /// Two queries with the positives 0 and 1; the first has the negative 2, and document 1 is a known positive of both.
  private let targets = Targets(positives: [0, 1], negatives: [[2], []], knownPositives: [[0, 1], [1]])

  @Test func documentsOfTheStepCountUnlessTheyAnswerTheQuery() {
    #expect(targets.has(.stepDocuments(leavingOutKnown: true), documents: 3) == [true, true])
    // Of documents 0 and 1, query 0 knows both.
    let two = Targets(positives: [0, 1], knownPositives: [[0, 1], [1]])
    #expect(two.has(.stepDocuments(leavingOutKnown: true), documents: 2) == [false, true])
    #expect(two.has(.stepDocuments(leavingOutKnown: false), documents: 2) == [true, true])
    let one = Targets(positives: [0, 0])
    #expect(one.has(.stepDocuments(leavingOutKnown: false), documents: 1) == [false, false])
  }

  @Test func ownNegativesCountUnlessTheyAreThePositive() {
    #expect(targets.has(.ownNegatives(leavingOutKnown: true), documents: 3) == [true, false])
    #expect(targets.has(.ownNegativesOrStepDocuments, documents: 3) == [true, true])
    let same = Targets(positives: [0, 1], negatives: [[0], [0]], knownPositives: [[], [0]])
    #expect(same.has(.ownNegatives(leavingOutKnown: false), documents: 2) == [false, true])
    #expect(same.has(.ownNegatives(leavingOutKnown: true), documents: 2) == [false, false])
    // Query 1 has a negative of its own, though a known positive, and so none from the step.
    #expect(same.has(.ownNegativesOrStepDocuments, documents: 2) == [false, false])
  }

  @Test func gradesOfAGroupMustDiffer() {
    let groups = Targets(groups: [[1, 1], [2, 1], [1], [0, 1, 0]])
    #expect(groups.has(.grades, documents: 3) == [false, true, false, true])
    // Grade 1 answers the query too, so that only the last group has a negative.
    #expect(groups.has(.ownNegatives(leavingOutKnown: true), documents: 3) == [false, false, false, true])
    #expect(groups.has(.ownNegativesOrStepDocuments, documents: 3) == [false, false, false, true])
  }

  @Test func labelsOfAStepMustDiffer() {
    #expect(Targets(positives: [0, 1], labels: [1, 1]).has(.labels, documents: 2) == [false, false])
    #expect(Targets(positives: [0, 1], labels: [1, 0]).has(.labels, documents: 2) == [true, true])
    #expect(Targets(positives: [0], labels: [1]).has(.labels, documents: 1) == [false])
    #expect(Targets(positives: [0], labels: [1]).has(.target, documents: 1) == [true])
  }

  /// Where a loss has nothing to compare, its gradient is exactly zero; where it has, it is not.
  @Test(arguments: Losses.all.map { $0.name })
  func theStatedContrastDecidesIfThereIsAGradient(_ name: String) throws {
    let loss = try #require(Self.losses.first { type(of: $0).name == name }, "\(name) is missing in this test")
    let cases: [(Targets, Int)] = [
      (Targets(groups: [[1, 0]], teacherScores: [[3, 1]]), 2),
      (Targets(groups: [[1, 1]], teacherScores: [[3, 1]]), 2),
      (Targets(groups: [[1]], teacherScores: [[3]]), 1),
      (Targets(groups: [[1], [0]], teacherScores: [[3], [1]]), 1),
      (Targets(groups: [[2, 1], [1, 0]], teacherScores: [[3, 1], [2, 1]]), 2),
    ]
    for (targets, documents) in cases {
      let scores = Tensor(
        (0..<targets.queries * documents).map { 0.3 + 0.1 * Float($0 * $0) }, shape: [targets.queries, documents])
      let (_, gradient) = evaluate(loss, scores, targets)
      let isContrasted = targets.has(loss.contrast, documents: documents)
      for query in 0..<targets.queries {
        let isMoved = gradient.elements[query * documents..<(query + 1) * documents].contains { $0 != 0 }
        #expect(isMoved == isContrasted[query], "\(name): query \(query) of \(targets)")
      }
    }
  }

  private static let losses: [any RankingLoss] = [
    InfoNCE(temperature: 1, maskKnownPositives: true), CoSENT(scale: 1), Triplet(margin: 2), CosineMSE(),
    Contrastive(margin: 2), MarginMSE(similarity: nil),
    Distillation(similarity: nil, temperature: 1, teacherTemperature: 1), PairwiseLogistic(), BinaryCrossEntropy(),
    MSE(), RankNet(sigma: 1, logarithm: .natural),
    LambdaLoss(weighting: .lambdaRank, sigma: 1, logarithm: .natural), ListNet(), ListMLE(positionAware: false),
    ADRMSE(alpha: 1),
  ]
}
