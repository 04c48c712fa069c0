import SettingKeys

/// The number of queries and the numbers of candidates for timing a pipeline.
package struct Latency: Codable, Sendable, Equatable {
  /// The number of queries.
  package var queries: Int
  /// Numbers of documents to rerank.
  package var candidates: [Int]
}

extension Latency {
  package init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    queries = try keys.value(.queries, default: 30, "The number of queries that are timed.")
    candidates = try keys.value(.candidates, default: [10, 50, 100], "Numbers of documents to rerank.")
  }
}
