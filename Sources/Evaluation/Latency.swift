/// The number of queries and the numbers of candidates for timing a pipeline.
package struct Latency: Codable, Sendable, Equatable {
  /// The number of queries.
  package var queries: Int
  /// Numbers of documents to rerank.
  package var candidates: [Int]
}
