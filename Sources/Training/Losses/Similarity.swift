public import Tensors

/// The similarity of two embeddings, which is the score of a query and a document.
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
