package import Datasets
package import Encoders
package import Retrieval
package import Runs

/// The first stage of a pipeline, which finds the documents that a cross-encoder then reads.
///
/// Exact search by the vectors of a bi-encoder, optionally fused with BM25 by reciprocal ranks.
package struct FirstStage {
  private let model: BiEncoder
  private let index: ExactSearch
  private let lexical: (index: BM25, settings: Fusion)?
  private let plan: EvaluationPlan

  /// Encodes and indexes the documents of a plan.
  package init(
    _ model: BiEncoder, _ plan: EvaluationPlan, fusion: Fusion?, cache: EncodingCache?,
    report: (RunEvent) throws -> Void
  ) throws {
    self.plan = plan
    let (ids, texts) = (plan.documents.map(\.id), plan.documents.map(\.content))
    let vectors = try model.searchVectors(
      of: texts, as: .document, task: "encoding documents", cache: cache, report: report)
    self.model = model
    index = try ExactSearch(documents: vectors, ids: ids)
    lexical = try fusion.map { (index: try BM25(ids: ids, texts: texts), settings: $0) }
  }

  /// The best documents of some queries.
  ///
  /// - Parameter task: The name of the task in progress reports.
  package func ranking(
    of queries: [Query], depth: Int, task: String, report: (RunEvent) throws -> Void
  ) throws -> Ranking {
    let vectors = try model.searchVectors(of: queries.map(\.text), as: .query, task: task, report: report)
    let ids = queries.map(\.id)
    func nearest(_ depth: Int) throws -> Ranking {
      try plan.ranking(depth: depth) { try index.search(vectors, ids: ids, top: $0) }
    }
    guard let lexical else { return try nearest(depth) }
    let fusion = lexical.settings
    let texts = queries.map { (id: $0.id, text: $0.text) }
    let rankings = [
      try nearest(fusion.candidates),
      try plan.ranking(depth: fusion.candidates) { try lexical.index.search(texts, top: $0) },
    ]
    return try Ranking.fused(rankings, weights: fusion.weights, constant: fusion.constant, depth: depth)
  }
}
