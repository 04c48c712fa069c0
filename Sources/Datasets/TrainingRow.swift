/// One row of training data: a query, what fits it, and what does not; or two texts with a label.
public struct TrainingRow: Sendable, Equatable {
  /// The query; the first sentence of a labelled pair.
  public var query: String
  /// The query's identifier, where the data has one.
  public var queryID: String?
  /// A document that fits the query; the second sentence of a labelled pair.
  public var positive: String
  /// The positive's identifier, where the data has one.
  public var positiveID: String?
  /// Documents that do not fit the query; any number, also none.
  public var negatives: [String]
  /// The negatives' identifiers; empty, or as many as ``negatives``.
  public var negativeIDs: [String]
  /// A teacher's scores: of the positive, then of the negatives; nil when there are none.
  public var scores: [Float]?
  /// The similarity of a labelled pair; nil for other rows.
  public var label: Float?

  /// Makes a row.
  public init(
    query: String, queryID: String? = nil, positive: String, positiveID: String? = nil, negatives: [String] = [],
    negativeIDs: [String] = [], scores: [Float]? = nil, label: Float? = nil
  ) {
    self.query = query
    self.queryID = queryID
    self.positive = positive
    self.positiveID = positiveID
    self.negatives = negatives
    self.negativeIDs = negativeIDs
    self.scores = scores
    self.label = label
  }

  /// The same row with some of its negatives only, each with its identifier and its teacher's score.
  public func keepingNegatives(_ indices: [Int]) -> TrainingRow {
    var row = self
    row.negatives = indices.map { negatives[$0] }
    if !negativeIDs.isEmpty { row.negativeIDs = indices.map { negativeIDs[$0] } }
    row.scores = scores.map { scores in [scores[0]] + indices.map { scores[$0 + 1] } }
    return row
  }
}
