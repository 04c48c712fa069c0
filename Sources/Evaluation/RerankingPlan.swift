package import Datasets
package import Encoders
package import Retrieval
package import Runs

/// A collection prepared for scoring a reranker: which documents of which queries are put in order.
///
/// Every judged query counts, and every relevant document counts in the ideal, found by the first stage or not.
package struct RerankingPlan {
  /// The judged queries and what is measured.
  package let plan: ScoringPlan
  /// The documents of each split's queries.
  private let candidates: [RerankingCandidates]

  /// The documents of each split's queries in the order of the first stage.
  package var firstRuns: [Run] { candidates.map(\.run) }

  /// Prepares the documents of runs, one a split of the plan.
  ///
  /// - Parameters:
  ///   - runs: Queries that a split does not ask are left out.
  ///   - source: Where the runs come from, for an error that names what the collection lacks.
  package init(
    _ plan: ScoringPlan, candidates runs: [Run], top: Int, _ texts: inout CandidateTexts, from source: String
  ) throws {
    self.plan = plan
    candidates = try zip(plan.splits, runs).map { split, run in
      var asked = Run()
      for query in split.queries {
        if let documents = run[query.id] { try asked.append(query: query.id, documents: documents) }
      }
      return try RerankingCandidates(asked, top: top, &texts, from: source)
    }
  }

  /// The documents of every split in the order of a model's raw logits; those below the top keep their order.
  package func runs(of model: CrossEncoder, report: (RunEvent) throws -> Void) throws -> [Run] {
    try zip(plan.splits, candidates).map { split, candidates in
      try candidates.reranked(by: model, task: "ranking documents of \(split.name)", report: report)
    }
  }
}

extension ScoringPlan {
  /// The documents judged for the queries of every split, in no order: all have the score 0.
  ///
  /// Grades below 0 count as not judged.
  package func judgedCandidates(in corpus: Corpus) throws -> [Run] {
    try splits.map { split in
      var run = Run()
      for topic in split.topics {
        let documents = topic.grades.filter { $0.grade >= 0 && corpus.index(of: $0.document) != nil }
        try run.append(query: topic.query, documents: documents.map { ScoredDocument(id: $0.document, score: 0) })
      }
      return run
    }
  }
}
