/// A query and what is known to fit it.
public struct MiningQuery: Sendable {
  /// A document that fits the query.
  public struct Positive: Sendable, Equatable {
    /// Its text.
    public var text: String
    /// Its index in the corpus; nil where the corpus lacks it.
    public var document: Int?
    /// The model's score of query and positive.
    public var score: Float

    /// Makes a positive.
    public init(text: String, document: Int?, score: Float) {
      self.text = text
      self.document = document
      self.score = score
    }
  }

  /// The query's text.
  public var text: String
  /// All positives, at least one.
  public var positives: [Positive]

  /// Makes a query.
  public init(text: String, positives: [Positive]) {
    self.text = text
    self.positives = positives
  }
}
