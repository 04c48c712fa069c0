package import Retrieval

extension Measure {
  /// How many documents of a query's list the measure looks at; 1,000 where it looks at all, as is usual.
  package var depth: Int {
    switch self {
    case .recall(let cut), .precision(let cut), .success(let cut): cut
    case .nDCG(let cut), .averagePrecision(let cut), .reciprocalRank(let cut): cut ?? 1000
    case .rPrecision: 1000
    }
  }
}
