/// A query and what is known to fit it.
public struct MiningQuery: Sendable {
  /// A document that fits the query.
  public struct Positive: Sendable, Equatable {
    /// Its text.
    public var text: String
    /// The model's score of query and positive.
    public var score: Float

    /// Makes a positive.
    public init(text: String, score: Float) {
      self.text = text
      self.score = score
    }
  }

  /// The query's text.
  public var text: String
  /// All positives, at least one.
  public var positives: [Positive]
  /// The indices of all documents of the corpus that are a positive: each of ``positives`` may be several of them, or none.
  public var knownDocuments: Set<Int>

  /// Makes a query.
  public init(text: String, positives: [Positive], knownDocuments: Set<Int>) {
    self.text = text
    self.positives = positives
    self.knownDocuments = knownDocuments
  }
}
