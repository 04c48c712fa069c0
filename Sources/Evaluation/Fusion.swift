/// How the list of the vectors is joined with that of BM25: by reciprocal ranks.
package struct Fusion: Codable, Sendable, Equatable {
  /// The number of documents of a query in each list.
  package var candidates: Int
  /// How much the first ranks are flattened; 60 is usual.
  package var constant: Double
  /// The weights of the vectors and of BM25; both 1 without them.
  package var weights: [Double]?
}
