/// Random negatives, which keep a reranker right about what does not fit at all.
struct EasyNegativesSection: Codable, Sendable, Equatable {
  /// The share of `data.negatives` that is random; what the data has too few of is filled up as well.
  var share: Double
  /// A `corpus.jsonl` to draw from; without it, the corpus of the data's collection, or else the documents of all rows.
  var corpus: String?
  /// Draws from the documents of the other groups of the step instead: in-batch ranking.
  var inBatch: Bool?
}
