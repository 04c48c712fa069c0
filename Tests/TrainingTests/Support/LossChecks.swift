import Foundation
import Tensors
import TestSupport
import Testing
import Training

import Training

/// A loss with its formula in Float64, to be checked by ``checkLoss(_:scale:reference:counts:)``.
struct LossFormula {
  let name: String
  let check: () throws -> Void

  init<Loss: RankingLoss>(
    _ loss: Loss, scale: Double = 1, reference: @escaping (_ scores: [[Double]], _ targets: Targets) -> Double,
    counts: @escaping (_ query: Int, _ document: Int, _ targets: Targets) -> Bool
  ) {
    name = Loss.name
    check = { try checkLoss(loss, scale: scale, reference: reference, counts: counts) }
  }
}

/// What every loss must satisfy.
///
/// - Parameters:
///   - scoreSize: scores of this size are of ordinary size for the loss; 10⁴ times its scale is tried as well.
///   - reference: the loss in Float64, reading nothing but what `counts` allows.
///   - counts: whether the loss of given targets may depend on a cell.
func checkLoss<Loss: RankingLoss>(
  _ loss: Loss, scale: Double = 1, reference: (_ scores: [[Double]], _ targets: Targets) -> Double,
  counts: (_ query: Int, _ document: Int, _ targets: Targets) -> Bool
) throws {
  #expect(try JSONDecoder().decode(Loss.self, from: try JSONEncoder().encode(loss)) == loss)
  var sawNoNegatives = false
  for seed in 0..<8 {
    var random = SeededGenerator(seed: UInt64(seed))
    let (targets, documents) = random.targets()
    sawNoNegatives = sawNoNegatives || targets.negatives.contains { $0.isEmpty }
    let scores = random.tensor([targets.queries, documents])
    let (value, gradient) = evaluate(loss, scores, targets)
    let context: Comment = "\(loss), seed \(seed)"

    // The formula, and its central differences.
    let exact = scores.rows()
    let expected = reference(exact, targets)
    #expect(abs(Double(value.scalar) - expected) < 1e-5 * max(1, abs(expected)), context)
    let numeric = centralDifferences(exact) { reference($0, targets) }
    #expect(difference(gradient, numeric) < 2e-5, context)

    // What does not count has a gradient of exactly zero, and no influence on any bit.
    var others = scores.elements
    for query in 0..<targets.queries {
      for document in 0..<documents where !counts(query, document, targets) {
        #expect(gradient.elements[query * documents + document] == 0, "\(context): cell \(query), \(document)")
        others[query * documents + document] = Float.random(in: -1e4...1e4, using: &random)
      }
    }
    let (sameValue, sameGradient) = evaluate(loss, Tensor(others, shape: scores.shape), targets)
    #expect(sameBits(sameValue, value) && sameBits(sameGradient, gradient), context)

    // The order of queries and documents means nothing.
    let order = Permutation(queries: targets.queries, documents: documents, using: &random)
    let (permutedValue, permutedGradient) = evaluate(loss, order.applied(to: scores), order.applied(to: targets))
    #expect(difference(permutedValue, value) < 1e-6, context)
    #expect(difference(permutedGradient, order.applied(to: gradient)) < 1e-6, context)

    // Extreme scores.
    for size in [Float(1e4 / scale), Float(1e-4 / scale)] {
      let signs = scores.elements.map { $0 < 0 ? -size : size }
      let (value, gradient) = evaluate(loss, Tensor(signs, shape: scores.shape), targets)
      #expect(value.isFinite && gradient.isFinite, "\(context): scores of size \(size)")
    }
    let (_, broken) = evaluate(loss, Tensor(repeating: .nan, shape: scores.shape), targets)
    #expect(!broken.isFinite || broken.elements.allSatisfy { $0 == 0 }, "\(context): a broken score passes unnoticed")
  }
  #expect(sawNoNegatives)
}

func evaluate(_ loss: some RankingLoss, _ scores: Tensor, _ targets: Targets) -> (value: Tensor, gradient: Tensor) {
  let (value, gradients) = valueAndGradients(of: [scores]) { loss($0[0], targets: targets) }
  return (value, gradients[0])
}

/// (f(x + h) − f(x − h)) / 2h in Float64 for every cell.
private func centralDifferences(_ scores: [[Double]], _ function: ([[Double]]) -> Double) -> Tensor {
  let step = 1e-6
  var result: [Float] = []
  for row in scores.indices {
    for column in scores[row].indices {
      var (above, below) = (scores, scores)
      above[row][column] += step
      below[row][column] -= step
      result.append(Float((function(above) - function(below)) / (2 * step)))
    }
  }
  return Tensor(result, shape: [scores.count, scores[0].count])
}

extension Tensor {
  func rows() -> [[Double]] { (0..<shape[0]).map { row($0).map(Double.init) } }
}

extension SeededGenerator {
  /// A batch with 0 to 3 negatives a row, known positives, a teacher, labels, and in half of the cases grades.
  mutating func targets() -> (targets: Targets, documents: Int) {
    let queries = Int.random(in: 2...6, using: &self)
    let counts = (0..<queries).map { _ in Int.random(in: 0...3, using: &self) }
    let documents = queries + counts.reduce(0, +)
    var columns = Array(0..<documents).shuffled(using: &self)
    var (positives, negatives, known, teacher): ([Int], [[Int]], [[Int]], [[Float]]) = ([], [], [], [])
    for count in counts {
      positives.append(columns.removeLast())
      negatives.append((0..<count).map { _ in columns.removeLast() })
      known.append((0..<documents).filter { _ in Int.random(in: 0..<5, using: &self) == 0 })
      teacher.append((0...count).map { _ in Float.random(in: -3...3, using: &self) })
    }
    let labels = (0..<queries).map { _ in Float(Int.random(in: 0...2, using: &self)) / 2 }
    let grades = counts.map { count in (0...count).map { _ in Float(Int.random(in: 0...2, using: &self)) / 2 } }
    return (
      Targets(
        positives: positives, negatives: negatives, knownPositives: known, teacherScores: teacher, labels: labels,
        grades: Bool.random(using: &self) ? grades : []),
      documents
    )
  }
}

/// Another order of the queries and documents of a batch.
private struct Permutation {
  let queries: [Int]
  let documents: [Int]
  private let newColumn: [Int]

  init(queries: Int, documents: Int, using random: inout SeededGenerator) {
    self.queries = Array(0..<queries).shuffled(using: &random)
    self.documents = Array(0..<documents).shuffled(using: &random)
    var newColumn = [Int](repeating: 0, count: documents)
    for (new, old) in self.documents.enumerated() { newColumn[old] = new }
    self.newColumn = newColumn
  }

  func applied(to scores: Tensor) -> Tensor {
    Tensor(queries.flatMap { row in documents.map { scores.row(row)[$0] } }, shape: scores.shape)
  }

  func applied(to targets: Targets) -> Targets {
    Targets(
      positives: queries.map { newColumn[targets.positives[$0]] },
      negatives: queries.map { targets.negatives[$0].map { newColumn[$0] } },
      knownPositives: queries.map { targets.knownPositives[$0].map { newColumn[$0] } },
      teacherScores: queries.map { targets.teacherScores[$0] }, labels: queries.map { targets.labels[$0] },
      grades: targets.grades.isEmpty ? [] : queries.map { targets.grades[$0] })
  }
}
