import Encoders
import Evaluation
import Files
import JSONText
package import Kernels
import Retrieval
package import Runs
import Words

/// `hone rerank`: sorts the top documents of every query of a run by a cross-encoder's raw logits.
///
/// Documents below the top keep their order after them, with lower scores. Blank documents are left out.
package struct RerankingTool {
  package var model: String
  package var corpus: String
  package var queries: String
  package var run: String
  package var top: Int
  package var output: String
  /// The precision of the products of the model's layers.
  package var precision: Precision
  package var report: (RunEvent) -> Void

  package init(
    model: String, corpus: String, queries: String, run: String, top: Int, output: String,
    precision: Precision = .float32,
    report: @escaping (RunEvent) -> Void
  ) {
    self.model = model
    self.corpus = corpus
    self.queries = queries
    self.run = run
    self.top = top
    self.output = output
    self.precision = precision
    self.report = report
  }

  package func callAsFunction() throws -> Outcome {
    try DurableFile.check(output, inputs: [model, corpus, queries, run])
    let given = try Ranking(file: run)
    var texts = try CandidateTexts(queries: queries, corpus: corpus)
    texts.warnings.forEach { report(.warning($0)) }
    let (first, blank) = texts.withoutBlankDocuments(given)
    if !blank.isEmpty && first.lists.allSatisfy(\.documents.isEmpty) {
      throw RunError(
        .badData, "\(run): every document has neither title nor text in \(corpus); give the corpus that was searched")
    }
    CandidateTexts.warning(aboutBlank: blank, of: run).map { report(.warning($0)) }
    let candidates = try RerankingCandidates(first, top: top, &texts, from: run)
    let asked = first.lists.map { ("\"\($0.query)\"", texts.query($0.query) ?? "") }
    BlankTexts.warning(asked, "query", plural: "queries").map { report(.warning($0)) }
    precision.note.map { report(.note($0)) }
    let model = try CrossEncoder(folder: model, labels: 1).computing(in: precision)
    try candidates.reranked(by: model, task: "reranking", report: report).write(to: output)
    let result: JSONValue = [
      "run": JSONValue(output), "queries": JSONValue(first.lists.count), "pairs": JSONValue(candidates.pairs.count),
      "top": JSONValue(top),
    ]
    return Outcome(
      result,
      lines: [
        "\(output): \(NumberText.counted(candidates.pairs.count, "document")) reranked for "
          + NumberText.counted(first.lists.count, "query", plural: "queries")
      ])
  }
}
