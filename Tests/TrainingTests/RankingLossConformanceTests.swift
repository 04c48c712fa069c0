import Foundation
import Tensors
import TestSupport
import Testing
import Training

/// Losses on the documents of a row, against their formulas in Float64 and what all losses promise.
@Suite struct RankingLossConformanceTests {
  static var formulas: [LossFormula] {
    let cuts = [nil, 1, 2]
    return [pairwiseLogistic(), mse(), listNet(), adrMSE()] + [1, 3].map { binaryCrossEntropy(weight: $0) }
      + cuts.flatMap { k in LambdaLoss.Logarithm.allCases.map { rankNet(k: k, logarithm: $0) } }
      + LambdaLoss.Weighting.allCases.flatMap { weighting in
        [nil, 2].map { lambdaLoss(weighting: weighting, k: $0) }
      }
      + [true, false].map { listMLE(positionAware: $0) }
  }

  // MARK: - Document by document

  private static func pairwiseLogistic() -> LossFormula {
    func negatives(of query: Int, _ targets: Targets) -> [Int] {
      targets.negatives[query].filter { !targets.knownPositives[query].contains($0) }
    }
    return LossFormula(PairwiseLogistic(temperature: 0.5), scale: 2) { scores, targets in
      let terms = scores.indices.flatMap { query in
        negatives(of: query, targets).map {
          softplus((scores[query][$0] - scores[query][targets.positives[query]]) / 0.5)
        }
      }
      return mean(terms)
    } counts: { query, document, targets in
      let own = negatives(of: query, targets)
      return own.contains(document) || (document == targets.positives[query] && !own.isEmpty)
    }
  }

  private static func binaryCrossEntropy(weight: Double) -> LossFormula {
    LossFormula(BinaryCrossEntropy(positiveWeight: weight)) { scores, targets in
      mean(
        lists(targets).flatMap { list in
          list.entries.map { document, grade in
            let logit = scores[list.query][document]
            return weight * grade * softplus(-logit) + (1 - grade) * softplus(logit)
          }
        })
    } counts: { query, document, targets in
      lists(targets)[query].holds(document)
    }
  }

  private static func mse() -> LossFormula {
    LossFormula(MSE()) { scores, targets in
      mean(
        scores.indices.flatMap { query in
          zip([targets.positives[query]] + targets.negatives[query], targets.teacherScores[query]).map {
            pow(scores[query][$0] - Double($1), 2)
          }
        })
    } counts: { query, document, targets in
      document == targets.positives[query] || targets.negatives[query].contains(document)
    }
  }

  // MARK: - Lists

  private static func rankNet(k: Int?, logarithm: LambdaLoss.Logarithm) -> LossFormula {
    LossFormula(RankNet(k: k, sigma: 2, logarithm: logarithm), scale: 2) { scores, targets in
      let unit = logarithm == .binary ? log(2.0) : 1
      return pairMean(scores, targets, k: k) { list, i, j in
        list[i].grade > list[j].grade ? softplus(-2 * (list[i].score - list[j].score)) / unit : nil
      }
    } counts: { query, document, targets in
      lists(targets)[query].orders(document)
    }
  }

  private static func lambdaLoss(weighting: LambdaLoss.Weighting, k: Int?) -> LossFormula {
    func discount(_ rank: Int) -> Double { log2(1 + Double(rank)) }
    let loss = LambdaLoss(weighting: weighting, k: k, sigma: 1.5, mu: 4, logarithm: .natural)
    return LossFormula(loss, scale: 1.5) { scores, targets in
      pairMean(scores, targets, k: k) { list, i, j in
        let best = list.map { pow(2, $0.grade) - 1 }.sorted(by: >).prefix(k ?? list.count)
        let ideal = max(1e-10, best.enumerated().reduce(0) { $0 + $1.element / discount($1.offset + 1) })
        let gains = list.map { (pow(2, $0.grade) - 1) / ideal }
        let (first, second) = (list[i].rank, list[j].rank)
        let distance = abs(first - second)
        let difference = abs(gains[i] - gains[j])
        let lambdaRank = abs(1 / discount(first) - 1 / discount(second)) * difference
        let nDCGLoss2 = distance == 0 ? 0 : abs(1 / discount(distance) - 1 / discount(distance + 1)) * difference
        let weight =
          switch weighting {
          case .none: 1.0
          case .nDCGLoss1: gains[i] / discount(first)
          case .nDCGLoss2: nDCGLoss2
          case .lambdaRank: lambdaRank
          case .nDCGLoss2PlusPlus: 4 * nDCGLoss2 + lambdaRank
          }
        let counts = weighting == .nDCGLoss1 || list[i].grade > list[j].grade
        return counts ? weight * softplus(-1.5 * (list[i].score - list[j].score)) : nil
      }
    } counts: { query, document, targets in
      let list = lists(targets)[query]
      return list.orders(document)
        || (weighting == .nDCGLoss1 && list.holds(document) && list.entries.contains { $0.grade > 0 }
          && list.entries.count > 1)
    }
  }

  private static func listNet() -> LossFormula {
    LossFormula(ListNet(temperature: 0.5), scale: 2) { scores, targets in
      mean(
        lists(targets).map { list in
          guard list.isOrdered else { return 0 }
          let wanted = logSoftmax(list.entries.map(\.grade))
          let found = logSoftmax(list.entries.map { scores[list.query][$0.document] / 0.5 })
          return -zip(wanted, found).reduce(0) { $0 + exp($1.0) * $1.1 }
        })
    } counts: { query, document, targets in
      lists(targets)[query].orders(document)
    }
  }

  private static func listMLE(positionAware: Bool) -> LossFormula {
    LossFormula(ListMLE(positionAware: positionAware, temperature: 0.5), scale: 2) { scores, targets in
      mean(
        lists(targets).map { list in
          guard list.isOrdered else { return 0 }
          let count = list.entries.count
          // Grades are 0, ½ and 1.
          let order = [1, 0.5, 0].flatMap { grade in list.entries.filter { $0.grade == grade } }
          let sorted = order.map { scores[list.query][$0.document] / 0.5 }
          let weights = (1...count).map { positionAware ? pow(2, Double(count - $0)) - 1 : 1 }
          let total = positionAware ? weights.reduce(0, +) : 1
          return (0..<count).reduce(0) { $0 - weights[$1] / total * logSoftmax(Array(sorted[$1...]))[0] }
        })
    } counts: { query, document, targets in
      lists(targets)[query].orders(document)
    }
  }

  private static func adrMSE() -> LossFormula {
    LossFormula(ADRMSE(alpha: 2), scale: 2) { scores, targets in
      mean(
        lists(targets).flatMap { list in
          list.entries.map { document, grade -> Double in
            guard list.isOrdered else { return 0 }
            let row = scores[list.query]
            let better = list.entries.count { $0.grade > grade }
            let rank = Double(better) + Double(list.entries.count { $0.grade == grade } + 1) / 2
            let others = list.entries.filter { $0.document != document }
            let found = others.reduce(1) { $0 + 1 / (1 + exp(-2 * (row[$1.document] - row[document]))) }
            return pow(rank - found, 2) / log2(1 + rank)
          }
        })
    } counts: { query, document, targets in
      lists(targets)[query].orders(document)
    }
  }

  // MARK: - What a recipe reads

  @Test func settingsAreTheKeysOfARecipe() throws {
    func decoded<Loss: RankingLoss>(_ text: String) throws -> Loss {
      try JSONDecoder().decode(Loss.self, from: Data(text.utf8))
    }
    #expect(try decoded("{}") == PairwiseLogistic())
    #expect(try decoded(#"{"positiveWeight":4}"#) == BinaryCrossEntropy(positiveWeight: 4))
    #expect(try decoded("{}") == MSE())
    #expect(try decoded(#"{"k":5,"sigma":1,"logarithm":"binary"}"#) == RankNet(k: 5, sigma: 1, logarithm: .binary))
    #expect(
      try decoded(#"{"weighting":"nDCGLoss2++","sigma":1,"mu":5,"epsilon":1e-9,"logarithm":"natural"}"#)
        == LambdaLoss(weighting: .nDCGLoss2PlusPlus, sigma: 1, mu: 5, epsilon: 1e-9, logarithm: .natural))
    #expect(try decoded(#"{"temperature":0.05}"#) == ListNet(temperature: 0.05))
    #expect(try decoded(#"{"positionAware":true}"#) == ListMLE(positionAware: true))
    #expect(try decoded(#"{"alpha":1}"#) == ADRMSE(alpha: 1))
    #expect(try decoded("{}") == MarginMSE(similarity: nil))
  }

  @Test func saysWhatItNeeds() {
    #expect(PairwiseLogistic.needs == .nothing && MSE.needs == .wantedScores && BinaryCrossEntropy.needs == .grades)
    #expect(RankNet.needs == .grades && LambdaLoss.needs == .grades && ADRMSE.needs == .grades)
    #expect(ListNet.needs == .grades && ListMLE.needs == .grades)
  }
}

// MARK: - References

/// The documents a loss compares for a query, and their grades.
private struct List {
  let query: Int
  let entries: [(document: Int, grade: Double)]

  var isOrdered: Bool { Set(entries.map(\.grade)).count > 1 }
  func holds(_ document: Int) -> Bool { entries.contains { $0.document == document } }
  func orders(_ document: Int) -> Bool { isOrdered && holds(document) }
}

private func lists(_ targets: Targets) -> [List] {
  targets.positives.indices.map { query in
    let documents = [targets.positives[query]] + targets.negatives[query]
    if !targets.grades.isEmpty {
      return List(query: query, entries: Array(zip(documents, targets.grades[query].map(Double.init))))
    }
    let others = targets.negatives[query].filter { !targets.knownPositives[query].contains($0) }
    return List(query: query, entries: [(documents[0], Double(targets.labels[query]))] + others.map { ($0, 0) })
  }
}

/// The mean of a term over all ordered pairs of a list where it is something and one of the two is among the k best.
private func pairMean(
  _ scores: [[Double]], _ targets: Targets, k: Int?,
  term: (_ list: [(score: Double, grade: Double, rank: Int)], _ i: Int, _ j: Int) -> Double?
) -> Double {
  mean(
    lists(targets).filter { $0.entries.count > 1 }.flatMap { list -> [Double] in
      let row = list.entries.map { (score: scores[list.query][$0.document], grade: $0.grade) }
      let ranked = row.map { entry in (entry.score, entry.grade, rank: 1 + row.count { $0.score > entry.score }) }
      return ranked.indices.flatMap { i in
        ranked.indices.compactMap { j in
          min(ranked[i].rank, ranked[j].rank) <= k ?? row.count ? term(ranked, i, j) : nil
        }
      }
    })
}

private func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

private func mean(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }

private func logSoftmax(_ values: [Double]) -> [Double] {
  let peak = values.reduce(-.infinity, max)
  let normalizer = peak + log(values.reduce(0) { $0 + exp($1 - peak) })
  return values.map { $0 - normalizer }
}
