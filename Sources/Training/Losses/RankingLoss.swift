public import Tensors

/// A loss that sees scores and targets, never a model, a batch of text or an embedding.
///
/// So each loss exists once: a bi-encoder makes the scores from embeddings, a cross-encoder from its head, and lays
/// them out by ``Targets/rectangle(of:)``. The stored properties are the settings of a recipe.
///
/// A cell that `targets` do not count gets a gradient of exactly zero. Scores of any finite size give a finite loss.
public protocol RankingLoss: Codable, Equatable, Sendable {
  /// How scores are made where the loss is applied to embeddings; nothing means the cosine.
  var similarity: Similarity? { get }

  /// What the loss reads of each query beyond the column of its positive.
  static var needs: Targets.Needs { get }

  /// The loss of a batch.
  ///
  /// - Shape: scores `[queries, documents]` → scalar
  func callAsFunction(_ scores: Tensor, targets: Targets) -> Tensor
}

extension RankingLoss {
  /// The cosine.
  public var similarity: Similarity? { nil }

  /// Nothing.
  public static var needs: Targets.Needs { .nothing }
}

/// How the score of a query and a document is made from their embeddings.
public enum Similarity: String, Codable, CaseIterable, Sendable {
  /// q · d / (‖q‖ ‖d‖): embeddings of any length are normalized here.
  case cosine
  /// q · d, of the embeddings as they are.
  case dot

  /// The score of every query with every document.
  ///
  /// - Shape: queries `[q, width]`, documents `[n, width]` → `[q, n]`
  public func callAsFunction(queries: Tensor, documents: Tensor) -> Tensor {
    switch self {
    case .cosine: queries.normalizedRows().matmul(documents.normalizedRows().transposed)
    case .dot: queries.matmul(documents.transposed)
    }
  }
}
