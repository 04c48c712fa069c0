import Testing
import Training
import Yams

@testable import Recipes
@testable import Settings

/// The losses that there may be for a bi-encoder, which gives cosines, and for a cross-encoder, which gives logits.
@Suite struct LossSettingTests {
  private struct Section: Codable { let loss: LossSetting }

  /// A loss whose missing keys have placeholders.
  private func section(_ text: String) throws -> (section: Section, problems: [String]) {
    let record = DecodingRecord()
    let root = try RecipeTree.parse(Array(text.utf8))
    return (try SettingDecoder.decode(Section.self, from: root, record: record), record.problems.map(\.message))
  }

  @Test(arguments: Losses.all.map { $0.name })
  func everyLossIsReadAndWrittenUnderItsName(_ name: String) throws {
    let loss = try section("loss: { name: \(name) }").section
    #expect(loss.loss.name == name)
    let text = try YAMLEncoder().encode(loss)
    #expect(text.hasPrefix("loss:\n  name: \(name)\n"))
    let (again, problems) = try section(text)
    #expect(problems == [] && again.loss == loss.loss)
  }

  /// The problems of a loss as `cosines` and as `logits`.
  private func problems(_ loss: String) throws -> (cosines: [String], logits: [String]) {
    func found(_ check: (LossSetting, SettingChecks) -> Void) throws -> [String] {
      let record = DecodingRecord()
      let root = try RecipeTree.parse(Array("loss: { name: \(loss) }".utf8))
      let section = try SettingDecoder.decode(Section.self, from: root, record: record)
      check(section.loss, SettingChecks(root: root, record: record))
      return record.problems.map(\.message)
    }
    return (
      try found { $0.validate($1, for: .cosines, examples: 8, "batch.queries") },
      try found { $0.validate($1, for: .logits, examples: 8, "batch.groups") }
    )
  }

  @Test(arguments: [
    "coSENT, scale: 20", "triplet, margin: 0.5", "rankNet, sigma: 1, logarithm: natural",
    "lambdaLoss, weighting: nDCGLoss2++, mu: 5, k: 10, sigma: 1, logarithm: binary", "adrMSE, alpha: 1",
    "infoNCE, temperature: 1, maskKnownPositives: true, inBatchNegatives: false", "listNet, temperature: 0.05",
    "listMLE, positionAware: true, temperature: 0.05", "pairwiseLogistic, temperature: 0.05",
  ])
  func fitsBoth(_ loss: String) throws {
    let problems = try problems(loss)
    #expect(problems.cosines == [] && problems.logits == [])
  }

  @Test func logitsNeedNoScale() throws {
    let advice = ["'loss': cosines lie between −1 and 1; give a 'temperature', such as 0.05"]
    for loss in ["pairwiseLogistic", "listNet", "listMLE, positionAware: false"] {
      let problems = try problems(loss)
      #expect(problems.cosines == advice && problems.logits == [])
    }
    for loss in ["marginMSE", "distillation, temperature: 1, teacherTemperature: 1"] {
      let problems = try problems(loss)
      #expect(problems.cosines == ["'loss': give 'similarity' (one of cosine, dot)"] && problems.logits == [])
      let other = try self.problems(loss + ", similarity: dot")
      #expect(other.cosines == [])
      #expect(other.logits == ["'loss.similarity': a cross-encoder gives scores itself; leave it out"])
    }
  }

  @Test func someFitOneOnly() throws {
    let binary = try problems("binaryCrossEntropy, positiveWeight: 4")
    #expect(binary.cosines == ["'loss.name': binaryCrossEntropy reads logits, not cosines; use contrastive"])
    #expect(binary.logits == [])
    let mse = try problems("mse")
    #expect(
      mse.cosines == [
        "'loss.name': mse reads logits, not cosines; use cosineMSE for labels, marginMSE for a teacher"
      ])
    #expect(mse.logits == [])
    #expect(try problems("cosineMSE").logits == ["'loss.name': cosineMSE reads cosines, not logits; use mse"])
    #expect(
      try problems("contrastive, margin: 0.5").logits
        == ["'loss.name': contrastive reads cosines, not logits; use binaryCrossEntropy"])
    #expect(
      try problems("infoNCE, temperature: 1, maskKnownPositives: true, symmetric: true").logits
        == [
          "'loss.inBatchNegatives': a cross-encoder scores a query with the documents of its own group only; set it to "
            + "false, and let 'data.easyNegatives: { share: …, inBatch: true }' draw documents of the other groups",
          "'loss.symmetric': a cross-encoder scores no document with the queries of other rows",
        ])
    let inBatch = try problems(
      "infoNCE, scale: 10, maskKnownPositives: true, inBatchNegatives: false, activation: sigmoid")
    #expect(inBatch.logits == [])
    #expect(inBatch.cosines == ["'loss.activation': cosines are bounded as they are; leave it out"])
  }

  @Test func numbersAreInTheirRanges() throws {
    let problems = try problems(
      "lambdaLoss, weighting: lambdaRank, k: 0, sigma: 0, mu: 1, epsilon: -1, logarithm: binary")
    #expect(problems.cosines == problems.logits)
    #expect(
      problems.logits == [
        "'loss.k': 0 is too small; at least 1", "'loss.sigma': 0.0 is not more than 0",
        "'loss.epsilon': -1.0 is not more than 0", "'loss.mu': only the weighting nDCGLoss2++ reads it",
      ])
    #expect(try self.problems("adrMSE, alpha: 0").logits == ["'loss.alpha': 0.0 is not more than 0"])
    #expect(
      try self.problems("binaryCrossEntropy, positiveWeight: 0").logits
        == ["'loss.positiveWeight': 0.0 is not more than 0"])
    #expect(
      try self.problems("lambdaLoss, weighting: ndcgLoss2, sigma: 1, logarithm: binary").logits
        == [
          "'loss.weighting' should be one of none, nDCGLoss1, nDCGLoss2, lambdaRank, nDCGLoss2++, found 'ndcgLoss2'; did "
            + "you mean 'nDCGLoss2'?"
        ])
  }
}
