import Datasets
import Encoders
import Evaluation
import Files
import Retrieval
import Runs

/// A bi-encoder, and where there is one the reranker of what it finds, as a search has them.
struct SearchPipeline {
  /// The folders of the models.
  struct Folders: Equatable {
    let model: String
    var reranker: String?

    /// The bytes of the files in them, but hidden ones.
    var bytes: Int {
      get throws { try ([model] + (reranker.map { [$0] } ?? [])).reduce(0) { try $0 + Self.bytes(in: $1) } }
    }

    private static func bytes(in folder: String) throws(FileError) -> Int {
      var sum = 0
      for name in try Files.list(folder) where !name.hasPrefix(".") {
        let path = Files.join(folder, name)
        sum += Files.isFolder(path) ? try bytes(in: path) : try Files.size(path)
      }
      return sum
    }
  }

  private let firstStage: FirstStage
  private let reranker: CrossEncoder?
  private let top: Int

  /// Loads the models from their folders and encodes the documents of a plan.
  init(
    _ folders: Folders, top: Int, _ plan: EvaluationPlan, cache: EncodingCache?, report: (RunEvent) throws -> Void
  ) throws {
    reranker = try folders.reranker.map { try CrossEncoder(folder: $0, labels: 1) }
    firstStage = try FirstStage(BiEncoder(folder: folders.model), plan, fusion: nil, cache: cache, report: report)
    self.top = top
  }

  /// The best documents of some queries.
  ///
  /// - Parameter split: The name of their split in progress reports.
  func ranking(
    of queries: [Query], split: String, depth: Int, _ texts: inout CandidateTexts, report: (RunEvent) throws -> Void
  ) throws -> Ranking {
    let found = try firstStage.ranking(
      of: queries, depth: reranker == nil ? depth : max(depth, top), task: "encoding queries of \(split)",
      report: report)
    guard let reranker else { return found }
    return try RerankingCandidates(found, top: top, &texts, from: "the first stage").reranked(
      by: reranker, task: "reranking \(split)", report: report)
  }
}
