import Kernels
import SettingKeys
public import Tensors

/// The training loss of a bi-encoder: a loss of the similarities of queries and documents.
public struct TrainingLoss: Sendable {
  /// The loss of the scores.
  public let ranking: any RankingLoss
  /// Sums the loss over leading dimensions of the embeddings; nil for the embeddings as they are.
  public let matryoshka: Matryoshka?

  /// Makes the loss.
  public init(_ ranking: any RankingLoss, matryoshka: Matryoshka?) {
    self.ranking = ranking
    self.matryoshka = matryoshka
  }

  /// The loss of a batch of embeddings, which need not be normalized if scores are cosines.
  ///
  /// - Shape: queries `[q, width]`, documents `[n, width]` → scalar
  public func callAsFunction(queries: Tensor, documents: Tensor, targets: Targets) -> Tensor {
    func loss(_ queries: Tensor, _ documents: Tensor) -> Tensor {
      let similarity = ranking.similarity ?? .cosine
      return ranking(similarity(queries: queries, documents: documents), targets: targets)
    }
    return matryoshka.map { $0(queries: queries, documents: documents, loss) } ?? loss(queries, documents)
  }
}

/// Trains the leading dimensions of the embeddings to be used alone: a modifier of any loss.
///
///     loss = Σ_d weight_d · L(normalize(x[:d]))
///
/// - Shape: queries `[q, width]`, documents `[n, width]` → scalar
/// - Data: that of the loss.
/// - Relations: `MatryoshkaLoss` of sentence-transformers with all dimensions in every step. It normalizes too, so
///   that dot products become cosines.
/// - Reference: Kusupati et al. 2022, arXiv:2205.13147, eq. 1.
public struct Matryoshka: Codable, Equatable, Sendable {
  /// The numbers of leading dimensions, each between 1 and the width; the width itself is not implied.
  public var dimensions: [Int]
  /// The weight of each, in the same order; default 1 each.
  public var weights: [Double]?

  /// Makes the modifier.
  public init(dimensions: [Int], weights: [Double]?) {
    self.dimensions = dimensions
    self.weights = weights
  }

  /// Reads the settings of a recipe.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    dimensions = try keys.required(
      .dimensions, example: [256, 128, 64], "The numbers of leading dimensions; the model's own width is not implied.")
    weights = try keys.optional(
      .weights, example: [1, 1, 1], "The weight of each in the loss, in the same order; without it 1 each.")
  }

  /// The weighted sum of a loss over the dimensions.
  public func callAsFunction(
    queries: Tensor, documents: Tensor, _ loss: (_ queries: Tensor, _ documents: Tensor) throws -> Tensor
  ) rethrows -> Tensor {
    let weights = weights ?? Array(repeating: 1, count: dimensions.count)
    require(
      weights.count == dimensions.count, "matryoshka: \(weights.count) weights for \(dimensions.count) dimensions")
    var total = Tensor(0)
    for (dimension, weight) in zip(dimensions, weights) {
      require(
        dimension >= 1 && dimension <= queries.shape.width,
        "matryoshka: \(dimension) of \(queries.shape.width) dimensions")
      func leading(_ x: Tensor) -> Tensor { x.slice(0..<dimension, axis: 1).normalizedRows() }
      total = total + (try loss(leading(queries), leading(documents))) * Float(weight)
    }
    return total
  }
}
