import SettingKeys

/// Reciprocal-rank fusion of the ranking by vectors with that of BM25.
package struct Fusion: Codable, Sendable, Equatable {
  /// The number of documents per query in each ranking.
  package var candidates: Int
  /// The constant that flattens the first ranks.
  package var constant: Double
  /// The weights of the vectors and of BM25; both 1 if nil.
  package var weights: [Double]?
}

extension Fusion {
  package init(from decoder: any Decoder) throws {
    let keys = try decoder.keys(CodingKeys.self)
    candidates = try keys.value(.candidates, default: 1000, "The number of documents per query in each ranking.")
    constant = try keys.value(.constant, default: 60, "The constant that flattens the first ranks.")
    weights = try keys.optional(
      .weights, example: [1, 1], "The weights of the vectors and of BM25; without it 1 each.")
  }
}
