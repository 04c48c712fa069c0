/// A document that may become a negative of a query.
public struct MiningCandidate: Sendable, Equatable {
  /// The document's index in the corpus.
  public var document: Int
  /// The model's score of query and document.
  public var score: Float

  /// Pairs a document with its score.
  public init(document: Int, score: Float) {
    self.document = document
    self.score = score
  }
}
