import Foundation
import Tensors
import TestSupport
import Testing
import Training

import Training

/// Every loss against its formula in Float64, written here a second time, and against what all losses promise.
@Suite struct LossConformanceTests {
  static var formulas: [LossFormula] {
    let both = [true, false]
    return both.flatMap { masks in both.map { infoNCE(masks: masks, symmetric: $0) } }
      + both.map { infoNCEOfOwnNegatives(masks: $0) }
      + [triplet(), marginMSE(), distillation(), coSENT(), cosineMSE(), contrastive()]
  }

  // MARK: - InfoNCE

  private static func infoNCE(masks: Bool, symmetric: Bool) -> LossFormula {
    let loss = InfoNCE(temperature: 0.2, maskKnownPositives: masks, symmetric: symmetric)
    func isNegative(_ document: Int, of query: Int, _ targets: Targets) -> Bool {
      !(masks && targets.knownPositives[query].contains(document)) && document != targets.positives[query]
    }
    return LossFormula(loss, scale: 5) { scores, targets in
      let queries = scores.indices
      let toDocuments = queries.map { query in
        crossEntropy(
          scores[query][targets.positives[query]],
          scores[query].indices.filter { isNegative($0, of: query, targets) }.map { scores[query][$0] }, 0.2)
      }
      let toQueries = queries.map { query in
        let document = targets.positives[query]
        let others = queries.filter { $0 != query && isNegative(document, of: $0, targets) }
        return crossEntropy(scores[query][document], others.map { scores[$0][document] }, 0.2)
      }
      return mean(symmetric ? (toDocuments + toQueries) : toDocuments)
    } counts: { query, document, targets in
      document == targets.positives[query] || isNegative(document, of: query, targets)
    }
  }

  private static func infoNCEOfOwnNegatives(masks: Bool) -> LossFormula {
    let loss = InfoNCE(temperature: 0.2, maskKnownPositives: masks, inBatchNegatives: false)
    func negatives(of query: Int, _ targets: Targets) -> [Int] {
      targets.negatives[query].filter { !masks || !targets.knownPositives[query].contains($0) }
    }
    return LossFormula(loss, scale: 5) { scores, targets in
      mean(
        scores.indices.map { query in
          crossEntropy(
            scores[query][targets.positives[query]], negatives(of: query, targets).map { scores[query][$0] }, 0.2)
        })
    } counts: { query, document, targets in
      // A row without negatives has the loss 0 whatever its positive scores.
      let own = negatives(of: query, targets)
      return own.contains(document) || (document == targets.positives[query] && !own.isEmpty)
    }
  }

  /// Two queries with one positive are no negatives of each other in the direction from documents to queries.
  @Test func infoNCELeavesOutQueriesOfTheSameDocument() {
    let targets = Targets(positives: [0, 0, 1], knownPositives: [[0], [0], [1]])
    let scores = Tensor([0.9, 0.1, 0.7, 0.2, 0.3, 0.8], shape: [3, 2])
    let symmetric = InfoNCE(temperature: 1, maskKnownPositives: true, symmetric: true)
    let rows: [[Double]] = [[0.9, 0.1], [0.7, 0.2], [0.3, 0.8]]
    let expected = mean([
      crossEntropy(0.9, [0.1], 1), crossEntropy(0.7, [0.2], 1), crossEntropy(0.8, [0.3], 1),
      crossEntropy(rows[0][0], [rows[2][0]], 1), crossEntropy(rows[1][0], [rows[2][0]], 1),
      crossEntropy(rows[2][1], [rows[0][1], rows[1][1]], 1),
    ])
    #expect(abs(Double(symmetric(scores, targets: targets).scalar) - expected) < 1e-6)
  }

  @Test func infoNCEOfALonePairIsZero() {
    let loss = InfoNCE(temperature: 0.05, maskKnownPositives: true)
    let (value, gradient) = evaluate(loss, Tensor([0.3], shape: [1, 1]), Targets(positives: [0]))
    #expect(value.scalar == 0 && gradient.elements == [0])
  }

  // MARK: - Lists

  private static func triplet() -> LossFormula {
    func negatives(of query: Int, _ targets: Targets, documents: Int) -> [Int] {
      let own = targets.negatives[query].isEmpty ? Array(0..<documents) : targets.negatives[query]
      return own.filter { $0 != targets.positives[query] && !targets.knownPositives[query].contains($0) }
    }
    return LossFormula(Triplet(margin: 0.3)) { scores, targets in
      let rows = scores.indices.compactMap { query -> Double? in
        let own = negatives(of: query, targets, documents: scores[query].count)
        let positive = scores[query][targets.positives[query]]
        return own.isEmpty ? nil : mean(own.map { max(0, scores[query][$0] - positive + 0.3) })
      }
      return rows.isEmpty ? 0 : mean(rows)
    } counts: { query, document, targets in
      let documents = targets.queries + targets.negatives.joined().count
      let own = negatives(of: query, targets, documents: documents)
      return own.contains(document) || (document == targets.positives[query] && !own.isEmpty)
    }
  }

  private static func marginMSE() -> LossFormula {
    LossFormula(MarginMSE(similarity: .dot)) { scores, targets in
      var errors: [Double] = []
      for query in scores.indices {
        let teacher = targets.teacherScores[query]
        for (index, document) in targets.negatives[query].enumerated() {
          let margin = scores[query][targets.positives[query]] - scores[query][document]
          errors.append(pow(margin - Double(teacher[0] - teacher[index + 1]), 2))
        }
      }
      return errors.isEmpty ? 0 : mean(errors)
    } counts: { query, document, targets in
      targets.negatives[query].contains(document)
        || (document == targets.positives[query] && !targets.negatives[query].isEmpty)
    }
  }

  private static func distillation() -> LossFormula {
    LossFormula(Distillation(similarity: .cosine, temperature: 0.5, teacherTemperature: 2), scale: 2) {
      scores, targets in
      let rows = scores.indices.map { query in
        let candidates = [targets.positives[query]] + targets.negatives[query]
        let teacher = logSoftmax(targets.teacherScores[query].map { Double($0) / 2 })
        let student = logSoftmax(candidates.map { scores[query][$0] / 0.5 })
        return zip(teacher, student).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
      }
      return mean(rows) * 0.25
    } counts: { query, document, targets in
      targets.negatives[query].contains(document)
        || (document == targets.positives[query] && !targets.negatives[query].isEmpty)
    }
  }

  @Test func distillationOfExtremeTeachers() {
    let targets = Targets(
      positives: [0, 3], negatives: [[1, 2], []], teacherScores: [[1e4, -1e4, 1e4], [-1e4]])
    let loss = Distillation(similarity: .dot, temperature: 1, teacherTemperature: 1)
    let (value, gradient) = evaluate(loss, Tensor(repeating: 0, shape: [2, 4]), targets)
    // The teacher gives a half to two of three equal candidates: log 3 − log 2.
    #expect(abs(value.scalar - Float(log(1.5) / 2)) < 1e-6)
    #expect(gradient.isFinite)
  }

  // MARK: - Labelled pairs

  private static func coSENT() -> LossFormula {
    LossFormula(CoSENT(scale: 5), scale: 5) { scores, targets in
      let pairs = scores.indices.map { scores[$0][targets.positives[$0]] }
      var total = 1.0
      for i in pairs.indices {
        for j in pairs.indices where targets.labels[i] < targets.labels[j] { total += exp(5 * (pairs[i] - pairs[j])) }
      }
      return log(total)
    } counts: { query, document, targets in
      document == targets.positives[query] && Set(targets.labels).count > 1
    }
  }

  private static func cosineMSE() -> LossFormula {
    LossFormula(CosineMSE()) { scores, targets in
      mean(scores.indices.map { pow(scores[$0][targets.positives[$0]] - Double(targets.labels[$0]), 2) })
    } counts: { query, document, targets in
      document == targets.positives[query]
    }
  }

  private static func contrastive() -> LossFormula {
    LossFormula(Contrastive(margin: 0.7)) { scores, targets in
      mean(
        scores.indices.map { query in
          let distance = 1 - scores[query][targets.positives[query]]
          let label = Double(targets.labels[query])
          return 0.5 * (label * distance * distance + (1 - label) * pow(max(0, 0.7 - distance), 2))
        })
    } counts: { query, document, targets in
      document == targets.positives[query]
    }
  }

  // MARK: - What a recipe reads

  @Test func settingsAreTheKeysOfARecipe() throws {
    let decoder = JSONDecoder()
    let brief = try decoder.decode(InfoNCE.self, from: Data(#"{"temperature":0.05,"maskKnownPositives":true}"#.utf8))
    #expect(brief == InfoNCE(temperature: 0.05, maskKnownPositives: true))
    #expect(try decoder.decode(InfoNCE.self, from: Data(#"{"temperature":0.05}"#.utf8)) == brief)
    #expect(throws: DecodingError.self) { try decoder.decode(Triplet.self, from: Data("{}".utf8)) }
    let full = Data(#"{"similarity":"dot","temperature":1,"teacherTemperature":2}"#.utf8)
    let distillation = Distillation(similarity: .dot, temperature: 1, teacherTemperature: 2)
    #expect(try decoder.decode(Distillation.self, from: full) == distillation)
    let matryoshka = Matryoshka(dimensions: [8, 4], weights: nil)
    #expect(try decoder.decode(Matryoshka.self, from: Data(#"{"dimensions":[8,4]}"#.utf8)) == matryoshka)
  }

  @Test func saysWhatItNeeds() {
    #expect(InfoNCE.needs == .nothing && Triplet.needs == .nothing)
    #expect(MarginMSE.needs == .teacherScores && Distillation.needs == .teacherScores)
    #expect(CoSENT.needs == .labels && CosineMSE.needs == .labels && Contrastive.needs == .labels)
  }

  @Test func largeBatchesAreAffordable() {
    var random = SeededGenerator(seed: 3)
    let (queries, documents) = (1024, 4096)
    let targets = Targets(
      positives: Array(0..<queries), negatives: (0..<queries).map { query in (0..<3).map { 1024 + 3 * query + $0 } },
      knownPositives: (0..<queries).map { [$0, ($0 + 1) % queries] })
    let loss = TrainingLoss(
      InfoNCE(temperature: 0.05, maskKnownPositives: true, symmetric: true), matryoshka: nil)
    let inputs = [random.tensor([queries, 32]), random.tensor([documents, 32])]
    let start = ContinuousClock.now
    let (value, gradients) = valueAndGradients(of: inputs) { loss(queries: $0[0], documents: $0[1], targets: targets) }
    #expect(value.isFinite && gradients.allSatisfy(\.isFinite))
    #expect(ContinuousClock.now - start < .seconds(30))
  }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

private func crossEntropy(_ positive: Double, _ negatives: [Double], _ temperature: Double) -> Double {
  -logSoftmax(([positive] + negatives).map { $0 / temperature })[0]
}

private func logSoftmax(_ values: [Double]) -> [Double] {
  let peak = values.reduce(-.infinity, max)
  let normalizer = peak + log(values.reduce(0) { $0 + exp($1 - peak) })
  return values.map { $0 - normalizer }
}
