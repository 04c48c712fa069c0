package import Retrieval

extension Measure {
  /// The number of documents per query that the measure reads; 1,000, the usual depth, if it reads all.
  package var depth: Int {
    switch self {
    case .recall(let cut), .precision(let cut), .success(let cut): cut
    case .nDCG(let cut), .averagePrecision(let cut), .reciprocalRank(let cut): cut ?? 1000
    case .rPrecision: 1000
    }
  }
}
