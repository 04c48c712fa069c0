/// Reciprocal-rank fusion of the ranking by vectors with that of BM25.
package struct Fusion: Codable, Sendable, Equatable {
  /// The number of documents per query in each ranking.
  package var candidates: Int
  /// The constant that flattens the first ranks; 60 is usual.
  package var constant: Double
  /// The weights of the vectors and of BM25; both 1 if nil.
  package var weights: [Double]?
}
