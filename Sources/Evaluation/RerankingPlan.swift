package import Datasets
package import Encoders
package import Retrieval
package import Runs

/// A collection prepared for evaluating a reranker: the documents to rerank for each query.
///
/// Every judged query counts, and every relevant document counts in the ideal ranking, even if the first stage missed
/// it.
package struct RerankingPlan {
  /// The judged queries and the measures.
  package let plan: EvaluationPlan
  /// The documents of each split's queries.
  private let candidates: [RerankingCandidates]

  /// The documents of each split's queries in the order of the first stage.
  package var firstRankings: [Ranking] { candidates.map(\.ranking) }

  /// Prepares the documents of rankings, one per split of the plan.
  ///
  /// - Parameters:
  ///   - rankings: Queries that are not in the split are left out.
  ///   - source: The origin of the rankings, for an error about entries that the collection lacks.
  package init(
    _ plan: EvaluationPlan, candidates rankings: [Ranking], top: Int, _ texts: inout CandidateTexts, from source: String
  ) throws {
    self.plan = plan
    candidates = try zip(plan.splits, rankings).map { split, ranking in
      var asked = Ranking()
      for query in split.queries {
        if let documents = ranking[query.id] { try asked.append(query: query.id, documents: documents) }
      }
      return try RerankingCandidates(asked, top: top, &texts, from: source)
    }
  }

  /// The documents of every split in the order of a model's raw logits; those below the top keep their order.
  package func rankings(of model: CrossEncoder, report: (RunEvent) throws -> Void) throws -> [Ranking] {
    try zip(plan.splits, candidates).map { split, candidates in
      try candidates.reranked(by: model, task: "ranking documents of \(split.name)", report: report)
    }
  }
}

extension EvaluationPlan {
  /// The documents judged for the queries of every split, unordered: all have the score 0.
  ///
  /// Grades below 0 count as not judged.
  package func judgedCandidates(in corpus: Corpus) throws -> [Ranking] {
    try splits.map { split in
      var ranking = Ranking()
      for topic in split.topics {
        let documents = topic.grades.filter { $0.grade >= 0 && corpus.index(of: $0.document) != nil }
        try ranking.append(query: topic.query, documents: documents.map { ScoredDocument(id: $0.document, score: 0) })
      }
      return ranking
    }
  }
}
