/// Reciprocal-rank fusion of the ranking by vectors with that of BM25.
package struct Fusion: Codable, Sendable, Equatable {
  /// The number of documents of a query in each list.
  package var candidates: Int
  /// The flattening of the first ranks; 60 is usual.
  package var constant: Double
  /// The weights of the vectors and of BM25; both 1 without them.
  package var weights: [Double]?
}
