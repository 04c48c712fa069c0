/// What a loss compares the score of a query and its document with.
///
/// A query for which a step has nothing of the kind adds no gradient.
public enum Contrast: Equatable, Sendable {
  /// The scores of the other documents of the step, known positives left out or not.
  case stepDocuments(leavingOutKnown: Bool)
  /// The scores of the negatives of the query's own row, known positives left out or not.
  case ownNegatives(leavingOutKnown: Bool)
  /// The scores of the own negatives, or where there are none of the other documents of the step; known positives are
  /// left out.
  case ownNegativesOrStepDocuments
  /// The scores of the query's documents that have another grade.
  case grades
  /// The scores of the pairs of the step that have another label.
  case labels
  /// A target of its own, so that every score counts.
  case target

  /// True if documents of one query are compared, so that one must be better than another.
  public var isAmongDocuments: Bool {
    switch self {
    case .stepDocuments, .ownNegatives, .ownNegativesOrStepDocuments, .grades: true
    case .labels, .target: false
    }
  }

  /// True if the queries of a step lend each other what they are compared with, so that there should be two at least.
  public var needsOtherQueries: Bool {
    switch self {
    case .stepDocuments, .labels: true
    case .ownNegatives, .ownNegativesOrStepDocuments, .grades, .target: false
    }
  }
}

extension Targets {
  /// For each query, true if its score has something to be compared with.
  ///
  /// - Parameter documents: the number of columns of the scores.
  public func has(_ contrast: Contrast, documents: Int) -> [Bool] {
    func others(than query: Int, leavingOutKnown: Bool) -> (Int) -> Bool {
      let known = Set(leavingOutKnown ? knownPositives[query] : [])
      return { $0 != self.positives[query] && !known.contains($0) }
    }
    let queries = positives.indices
    switch contrast {
    case .stepDocuments(let leavingOutKnown):
      return queries.map { (0..<documents).contains(where: others(than: $0, leavingOutKnown: leavingOutKnown)) }
    case .ownNegatives(let leavingOutKnown):
      return queries.map { negatives[$0].contains(where: others(than: $0, leavingOutKnown: leavingOutKnown)) }
    case .ownNegativesOrStepDocuments:
      return queries.map { query in
        let isNegative = others(than: query, leavingOutKnown: true)
        let own = negatives[query]
        return own.isEmpty ? (0..<documents).contains(where: isNegative) : own.contains(where: isNegative)
      }
    case .grades: return gradedLists(width: documents).map(\.isOrdered)
    case .labels:
      let isVaried = labels.contains { $0 != labels[0] }
      return labels.map { _ in isVaried }
    case .target: return queries.map { _ in true }
    }
  }
}
