import Kernels
import Words

extension Ranking {
  /// The same run with the best documents of every query in the order of new scores.
  ///
  /// Documents below the top keep their order behind the reranked ones. Their scores cannot be compared with the new ones, so they
  /// get others: from the lowest new score downwards, a step of 1 each.
  ///
  /// - Parameters:
  ///   - top: The number of documents to rerank per query.
  ///   - scores: The new scores of the first `top` documents of each query, one query after the other.
  /// - Throws: `RetrievalError` when a score is not a finite number.
  public func reranked(top: Int, scores: [Float]) throws(RetrievalError) -> Ranking {
    require(
      scores.count == lists.reduce(0) { $0 + min(max(0, top), $1.documents.count) },
      "reranked: \(scores.count) scores do not belong to the best \(top) documents of \(lists.count) queries")
    var result = Ranking()
    var next = 0
    for list in lists {
      let count = min(max(0, top), list.documents.count)
      var documents = zip(list.documents, scores[next..<next + count]).map { ScoredDocument(id: $0.id, score: $1) }
      var last = documents.map(\.score).min() ?? 0
      for document in list.documents.dropFirst(count) {
        // Where numbers are so large that a step of 1 is lost, the next smaller number.
        last = min((last - 1).rounded(.down), last.nextDown)
        documents.append(ScoredDocument(id: document.id, score: last))
      }
      try result.append(query: list.query, documents: documents)
      next += count
    }
    return result
  }

  /// The same run with the best documents of every query in the order of their grades: the most that reranking them can reach.
  ///
  /// Documents that no judge saw count as not relevant, and so do all of a query without judgments.
  ///
  /// - Parameters:
  ///   - top: The number of documents to rerank per query.
  ///   - judgments: The judged topics, each query once.
  /// - Throws: `RetrievalError` when a query or a document is judged twice.
  public func ideallyReranked(top: Int, judgments: some Sequence<JudgedTopic>) throws(RetrievalError) -> Ranking {
    var known: [ExactText: TopicJudgments] = [:]
    for topic in judgments {
      guard known.updateValue(try TopicJudgments(topic), forKey: ExactText(topic.query)) == nil else {
        throw RetrievalError("query \"\(topic.query)\" has two entries in the judgments; merge them into one")
      }
    }
    var grades: [Float] = []
    for list in lists {
      let documents = Array(list.documents.prefix(max(0, top)))
      let found = known[ExactText(list.query)]?.grades(of: documents) ?? documents.map { _ in 0 }
      grades += found.map { Float(max(0, $0)) }
    }
    return try reranked(top: top, scores: grades)
  }
}
