import Words

/// The agreement of two rankings of the same queries, such as those of one model at two precisions.
public struct RankAgreement: Sendable, Equatable {
  /// The number of queries that both have.
  public let queries: Int
  /// The mean over queries of Kendall's τ of the two orders of the compared documents; nil if no query has an order.
  public let tau: Double?
  /// The least τ of a query.
  public let leastTau: Double?
  /// The mean over queries of the share of the first ranking's ten best documents that are among the second's.
  public let overlap: Double
  /// The largest difference of a document's two scores.
  public let largestDifference: Double

  /// The number of best documents whose overlap counts.
  public static let overlapDepth = 10

  /// Compares a ranking with another one, over the `top` best documents of each query that both have.
  public init(of first: Ranking, with second: Ranking, top: Int) {
    var (taus, overlaps): ([Double], [Double]) = ([], [])
    var largest = 0.0
    for list in first.lists {
      guard let others = second[list.query] else { continue }
      let scores = Dictionary(others.map { (ExactText($0.id), $0.score) }, uniquingKeysWith: { first, _ in first })
      let pairs = list.documents.prefix(max(0, top)).compactMap { document in
        scores[ExactText(document.id)].map { (document.score, $0) }
      }
      for (a, b) in pairs { largest = max(largest, (Double(a) - Double(b)).magnitude) }
      if let tau = kendallTau(pairs.map(\.0), pairs.map(\.1)) { taus.append(tau) }
      let best = list.documents.prefix(Self.overlapDepth).map { ExactText($0.id) }
      let otherBest = Set(others.prefix(Self.overlapDepth).map { ExactText($0.id) })
      overlaps.append(best.isEmpty ? 1 : Double(best.count { otherBest.contains($0) }) / Double(best.count))
    }
    queries = overlaps.count
    tau = taus.isEmpty ? nil : taus.reduce(0, +) / Double(taus.count)
    leastTau = taus.min()
    overlap = overlaps.isEmpty ? 1 : overlaps.reduce(0, +) / Double(overlaps.count)
    largestDifference = largest
  }
}

/// Kendall's τ-b of two lists of scores of the same documents; nil where one of them gives no order.
///
///     τ = (C − D) / √((C + D + T₁) (C + D + T₂))
///
/// C and D count the pairs of documents in the same and in opposite order, T₁ and T₂ those that are tied in the first
/// or in the second list only. Kendall 1945, Biometrika 33(3).
public func kendallTau(_ first: [Float], _ second: [Float]) -> Double? {
  var (agreeing, opposite, tiedInFirst, tiedInSecond) = (0, 0, 0, 0)
  let count = min(first.count, second.count)
  for i in 0..<count {
    for j in 0..<i {
      switch (first[i] == first[j], second[i] == second[j]) {
      case (true, true): break
      case (true, false): tiedInFirst += 1
      case (false, true): tiedInSecond += 1
      case (false, false):
        if (first[i] < first[j]) == (second[i] < second[j]) { agreeing += 1 } else { opposite += 1 }
      }
    }
  }
  let ordered = agreeing + opposite
  let product = Double(ordered + tiedInFirst) * Double(ordered + tiedInSecond)
  return product > 0 ? Double(agreeing - opposite) / product.squareRoot() : nil
}
