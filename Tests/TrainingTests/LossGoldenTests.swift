import JSONText
import Tensors
import TestSupport
import Testing
import Training

import Training

/// Values and gradients equal those of PyTorch and sentence-transformers, computed in Float64.
@Suite struct LossGoldenTests {
  /// Float32 against Float64, for values and gradients of size 1.
  static let tolerance: Float = 1e-5

  @Test func coverEveryLoss() throws {
    let names = Set(try LossGoldens().cases.compactMap { $0.settings["loss"].stringValue })
    #expect(
      names == [
        "infoNCE", "coSENT", "cosineError", "contrastive", "triplet", "marginMSE", "distillation", "matryoshka",
      ])
    #expect(try LossGoldens().cases.count == 27)
  }

  @Test(arguments: try LossGoldens().cases)
  func gradientsOfEmbeddingsEqual(_ golden: LossGoldens.Case) throws {
    let goldens = try LossGoldens()
    let targets = try Self.targets(of: golden, in: goldens)
    let loss = try Self.loss(golden.settings)
    let inputs = [try goldens.tensor(golden.name + ".queries"), try goldens.tensor(golden.name + ".documents")]
    let (value, gradients) = valueAndGradients(of: inputs) {
      loss(queries: $0[0], documents: $0[1], targets: targets)
    }
    let expected = try goldens.tensor(golden.name + ".loss")
    #expect(difference(value.reshaped(to: [1]), expected) < Self.tolerance)
    #expect(difference(gradients[0], try goldens.tensor(golden.name + ".gradient.queries")) < Self.tolerance)
    #expect(difference(gradients[1], try goldens.tensor(golden.name + ".gradient.documents")) < Self.tolerance)
  }

  @Test(arguments: try LossGoldens().cases.filter { $0.settings["loss"].stringValue != "matryoshka" })
  func gradientsOfScoresEqual(_ golden: LossGoldens.Case) throws {
    let goldens = try LossGoldens()
    let targets = try Self.targets(of: golden, in: goldens)
    let loss = try Self.loss(golden.settings).ranking
    let cells = try Self.cells(of: golden, in: goldens)
    let known = try goldens.tensor(golden.name + ".scores")
    let documents = try goldens.tensor(golden.name + ".documents").shape[0]

    // Cells that the loss does not read hold anything, and get a gradient of exactly zero.
    var random = SeededGenerator(seed: 5)
    var elements = random.tensor([targets.queries * documents]).elements
    #expect(!cells.isEmpty && cells.count == known.elements.count)
    for (cell, score) in zip(cells, known.elements) { elements[cell] = score }
    let scores = Tensor(elements, shape: [targets.queries, documents])
    let (value, gradients) = valueAndGradients(of: [scores]) { loss($0[0], targets: targets) }
    #expect(difference(value.reshaped(to: [1]), try goldens.tensor(golden.name + ".loss")) < Self.tolerance)
    let expected = try goldens.tensor(golden.name + ".gradient.scores")
    let found = gradients[0].elements
    #expect(difference(Tensor(cells.map { found[$0] }, shape: expected.shape), expected) < Self.tolerance)
    let unread = Set(0..<found.count).subtracting(cells)
    #expect(unread.allSatisfy { found[$0] == 0 })
    if goldens.hasTensor(golden.name + ".allowed") {
      let allowed = try goldens.tensor(golden.name + ".allowed").elements
      #expect(found.indices.allSatisfy { allowed[$0] == 1 || found[$0] == 0 })
    }
  }

  // MARK: - From a case to our types

  /// Row-major indices of the scores a case lists.
  private static func cells(of golden: LossGoldens.Case, in goldens: LossGoldens) throws -> [Int] {
    let queries = try goldens.tensor(golden.name + ".queries").shape[0]
    let documents = try goldens.tensor(golden.name + ".documents").shape[0]
    switch golden.settings["loss"].stringValue {
    case "infoNCE": return Array(0..<queries * documents)
    case "coSENT", "cosineError", "contrastive": return (0..<queries).map { $0 * documents + $0 }
    default:
      let owners = try goldens.tensor(golden.name + ".owners").elements
      return owners.enumerated().map { Int($0.element) * documents + $0.offset }
    }
  }

  private static func targets(of golden: LossGoldens.Case, in goldens: LossGoldens) throws -> Targets {
    let queries = try goldens.tensor(golden.name + ".queries").shape[0]
    var next = queries
    let counts = try golden.settings["negatives"].arrayValue.map { _ in try golden.settings["negatives"].integers() }
    let negatives = (counts ?? Array(repeating: 0, count: queries)).map { count in
      next += count
      return Array(next - count..<next)
    }
    var known = [[Int]](repeating: [], count: queries)
    for pair in golden.settings["knownPositives"].arrayValue ?? [] {
      let pair = try pair.integers()
      known[pair[0]].append(pair[1])
    }
    var teacher: [[Float]] = []
    if goldens.hasTensor(golden.name + ".teacher") {
      let scores = try goldens.tensor(golden.name + ".teacher").elements
      teacher = negatives.indices.map { row in ([row] + negatives[row]).map { scores[$0] } }
    }
    let labels = goldens.hasTensor(golden.name + ".labels") ? try goldens.tensor(golden.name + ".labels").elements : []
    return Targets(
      positives: Array(0..<queries), negatives: negatives, knownPositives: known, teacherScores: teacher, labels: labels
    )
  }

  static func loss(_ settings: JSONValue) throws -> TrainingLoss {
    let name = try settings["loss"].text()
    if name == "matryoshka" {
      let weights = try settings["weights"].doubles()
      let matryoshka = Matryoshka(
        dimensions: try settings["widths"].integers(), weights: weights.allSatisfy { $0 == 1 } ? nil : weights)
      return TrainingLoss(try ranking(try settings["inner"].text(), settings), matryoshka: matryoshka)
    }
    return TrainingLoss(try ranking(name, settings), matryoshka: nil)
  }

  private static func ranking(_ name: String, _ settings: JSONValue) throws -> any RankingLoss {
    switch name {
    case "infoNCE":
      return InfoNCE(
        temperature: try settings["temperature"].double(), maskKnownPositives: true,
        symmetric: settings["symmetric"].boolValue ?? false,
        inBatchNegatives: settings["inBatchNegatives"].boolValue ?? true)
    case "coSENT": return CoSENT(scale: try settings["scale"].double())
    case "cosineError": return CosineMSE()
    case "contrastive": return Contrastive(margin: try settings["margin"].double())
    case "triplet": return Triplet(margin: try settings["margin"].double())
    case "marginMSE": return MarginMSE(similarity: try similarity(settings))
    case "distillation":
      return Distillation(
        similarity: try similarity(settings), temperature: try settings["studentTemperature"].double(),
        teacherTemperature: try settings["teacherTemperature"].double())
    default: throw UnknownLoss(name: name)
    }
  }

  private struct UnknownLoss: Error { let name: String }

  private static func similarity(_ settings: JSONValue) throws -> Similarity {
    try #require(Similarity(rawValue: settings["similarity"].stringValue ?? ""))
  }
}
