/// What is timed of a pipeline: queries asked alone, with some numbers of documents to rerank.
package struct Latency: Codable, Sendable, Equatable {
  /// The number of queries.
  package var queries: Int
  /// Numbers of documents to rerank.
  package var candidates: [Int]
}
