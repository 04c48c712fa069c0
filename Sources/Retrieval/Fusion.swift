import Files
import Words

extension Ranking {
  /// Joins runs by reciprocal-rank fusion.
  ///
  /// score(d) = Σ over runs of weight / (constant + rank of d in the run), ranks from 1, over the runs that have d
  /// (Cormack, Clarke and Büttcher, SIGIR 2009). Only ranks count, so runs whose scores cannot be compared (BM25 and
  /// cosines) can be fused. Queries are in the order in which the runs first name them; sums are taken in the order of the
  /// runs in 64 bits.
  ///
  /// - Parameters:
  ///   - runs: The runs to join.
  ///   - weights: One number per run between 0 and a million, not all 0; all 1 when nil.
  ///   - constant: The number added to every rank, at least 0; 60 in the paper.
  ///   - depth: The number of documents kept per query; all when nil.
  /// - Throws: `RetrievalError` (kind `usage`) when runs are missing, or weights or the constant are out of range.
  public static func fused(
    _ rankings: [Ranking], weights: [Double]? = nil, constant: Double = 60, depth: Int? = nil
  ) throws(RetrievalError) -> Ranking {
    guard !rankings.isEmpty else {
      throw RetrievalError(.usage, "fusion needs at least one run, found none; name two or more")
    }
    let weights = weights ?? rankings.map { _ in 1 }
    guard weights.count == rankings.count else {
      throw RetrievalError(
        .usage,
        "fusion needs one weight per run: expected \(rankings.count), found \(weights.count); give as many as runs")
    }
    guard weights.allSatisfy({ (0...largestWeight).contains($0) }), weights.contains(where: { $0 > 0 }) else {
      throw RetrievalError(
        .usage, "fusion weights must lie between 0 and \(largestWeight), not all 0; found \(weights)")
    }
    guard constant.isFinite, constant >= 0 else {
      throw RetrievalError(.usage, "the fusion constant must be finite and at least 0; found \(constant), 60 is usual")
    }
    var queries: [String] = []
    var seen: Set<ExactText> = []
    for list in rankings.lazy.flatMap(\.lists) where seen.insert(ExactText(list.query)).inserted {
      queries.append(list.query)
    }
    var result = Ranking()
    for query in queries {
      let documents = fusedDocuments(of: rankings.map { $0[query] ?? [] }, weights, constant)
      try result.append(RankedList(query: query, documents: Array(documents.prefix(max(0, depth ?? .max)))))
    }
    return result
  }

  private static let largestWeight = 1e6

  private static func fusedDocuments(
    of lists: [[ScoredDocument]], _ weights: [Double], _ constant: Double
  ) -> [ScoredDocument] {
    var ids: [String] = []
    var sums: [Double] = []
    var positions: [ExactText: Int] = [:]
    for (list, weight) in zip(lists, weights) {
      for (index, document) in list.enumerated() {
        let addend = weight / (constant + Double(index + 1))
        if let position = positions[ExactText(document.id)] {
          sums[position] += addend
        } else {
          positions[ExactText(document.id)] = ids.count
          ids.append(document.id)
          sums.append(addend)
        }
      }
    }
    return zip(ids, sums).map { ScoredDocument(id: $0, score: Float($1)) }.sorted { $0.ranksAbove($1) }
  }
}
