package import Datasets
package import Encoders
import Files
package import Retrieval
package import Runs
import Words

/// A collection prepared for evaluating a reranker: the documents to rerank for each query.
///
/// Every relevant document counts in the ideal ranking, even if the first stage missed it. Queries whose documents are all
/// relevant are left out: any order of them is right, so that they measure nothing.
package struct RerankingPlan {
  /// The judged queries that are measured, and the measures.
  package let plan: EvaluationPlan
  /// The documents of each split's queries.
  private let candidates: [RerankingCandidates]

  /// The documents of each split's queries in the order of the first stage.
  package var firstRankings: [Ranking] { candidates.map(\.ranking) }

  /// Prepares the documents of rankings, one per split of the plan.
  ///
  /// - Parameters:
  ///   - rankings: Queries that are not in the split, and blank documents, are left out.
  ///   - source: The origin of the rankings, for errors.
  ///   - warn: Receives a warning about queries that are left out.
  /// - Throws: `FileError` about entries that the collection lacks; `RunError` if a split has no query whose documents can
  ///   be ordered rightly or wrongly.
  package init(
    _ plan: EvaluationPlan, candidates rankings: [Ranking], top: Int, _ texts: inout CandidateTexts,
    from source: String, warn: (String) -> Void
  ) throws {
    var measured = plan
    candidates = try zip(plan.splits, rankings).map { split, ranking in
      let readable = texts.withoutBlankDocuments(ranking).ranking
      let given = plan.excludesSameID ? readable.withoutSameID : readable
      let decision = OrderDecision(of: given, top: top, split, measures: plan.measures)
      measured = measured.leavingOut(decision.settled, of: split.name)
      var asked = Ranking()
      for query in split.queries where !decision.settled.contains(ExactText(query.id)) {
        if let documents = given[query.id] { try asked.append(query: query.id, documents: documents) }
      }
      // What the collection lacks is the error to show first.
      let candidates = try RerankingCandidates(asked, top: top, &texts, from: source)
      if let emptiness = decision.emptiness { throw RunError(.badData, "\(source): \(emptiness)") }
      decision.omission.map(warn)
      return candidates
    }
    self.plan = measured
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
  /// Grades below 0 count as not judged. Blank documents are left out.
  package func judgedCandidates(in corpus: Corpus) throws -> [Ranking] {
    try splits.map { split in
      var ranking = Ranking()
      for topic in split.topics {
        let documents = topic.grades.filter { $0.grade >= 0 && corpus[$0.document].map { !$0.isBlank } ?? false }
        try ranking.append(query: topic.query, documents: documents.map { ScoredDocument(id: $0.document, score: 0) })
      }
      return ranking
    }
  }
}
