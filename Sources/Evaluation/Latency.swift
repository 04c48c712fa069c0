/// The queries and the numbers of candidates that a pipeline is timed with.
package struct Latency: Codable, Sendable, Equatable {
  /// The number of queries.
  package var queries: Int
  /// Numbers of documents to rerank.
  package var candidates: [Int]
}
