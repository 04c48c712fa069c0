package import Encoders
package import Files
package import Retrieval
package import Runs
import Tensors
import Words

/// A ranking whose top documents a cross-encoder reranks, with the texts that it reads.
package struct RerankingCandidates {
  /// The documents in the order of the first stage.
  package let ranking: Ranking
  /// The number of documents per query that are reranked.
  private let top: Int
  package let pairs: [(query: String, document: String)]

  /// Finds the texts of the top documents.
  ///
  /// - Parameter source: The origin of the ranking, for an error about entries that the collection lacks.
  package init(_ ranking: Ranking, top: Int, _ texts: inout CandidateTexts, from source: String) throws(FileError) {
    self.ranking = ranking
    self.top = top
    pairs = try texts.pairs(of: ranking.top(top), from: source)
  }

  /// The documents in the order of a model's raw logits; those below the top keep their order.
  package func reranked(by model: CrossEncoder, task: String, report: (RunEvent) throws -> Void) throws -> Ranking {
    let logits = try model.score(pairs) { share in
      try report(.progress(RunProgress(scoring: task, share: share, of: pairs.count)))
    }
    return try ranking.reranked(top: top, scores: logits.elements)
  }
}
