import Datasets
import Encoders
import Files
import JSONText
import Retrieval
import Tensors

/// `hone rerank`: the best documents of every query of a run in the order of a cross-encoder's raw logits.
///
/// Documents below the top keep their order behind them, with scores that say so.
package struct RerankingTool {
  package var model: String
  package var corpus: String
  package var queries: String
  package var run: String
  package var top: Int
  package var output: String
  package var report: (RunEvent) -> Void

  package init(
    model: String, corpus: String, queries: String, run: String, top: Int, output: String,
    report: @escaping (RunEvent) -> Void
  ) {
    self.model = model
    self.corpus = corpus
    self.queries = queries
    self.run = run
    self.top = top
    self.output = output
    self.report = report
  }

  package func callAsFunction() throws -> Outcome {
    let first = try Run(file: run)
    let pairs = try pairs(of: first)
    let model = try CrossEncoder(folder: model, labels: 1)
    let logits = try model.score(pairs) { share in
      report(.progress(RunProgress(scoring: "reranking", share: share, of: pairs.count)))
    }
    let reranked = try first.reranked(top: top, scores: logits.elements)
    try reranked.write(to: output)
    let result: JSONValue = [
      "run": JSONValue(output), "queries": JSONValue(first.lists.count), "pairs": JSONValue(pairs.count),
      "top": JSONValue(top),
    ]
    return Outcome(
      result,
      lines: [
        "\(output): \(NumberText.counted(pairs.count, "document")) reranked for "
          + NumberText.counted(first.lists.count, "query", plural: "queries")
      ])
  }

  /// What is read together: each query of the run with each of its best documents.
  private func pairs(of first: Run) throws -> [(query: String, document: String)] {
    let queries = try Queries(file: queries)
    let corpus = try Corpus(file: corpus)
    var missing = MissingEntries(run: run)
    var pairs: [(query: String, document: String)] = []
    // A document of many lists is kept once.
    var texts: [Int: String] = [:]
    for list in first.top(top).lists {
      guard let query = queries[list.query] else {
        missing.add("query \"\(list.query)\"", in: self.queries)
        continue
      }
      for found in list.documents {
        guard let index = corpus.index(of: found.id) else {
          missing.add("document \"\(found.id)\"", in: self.corpus)
          continue
        }
        let text = texts[index] ?? corpus.documents[index].content
        texts[index] = text
        pairs.append((query.text, text))
      }
    }
    try missing.throwIfAny()
    return pairs
  }
}

/// Collects what a run names and the collection does not have.
private struct MissingEntries {
  private static let listed = 10
  let run: String
  private var texts: [String] = []
  private var named: Set<String> = []

  init(run: String) {
    self.run = run
  }

  mutating func add(_ entry: String, in file: String) {
    guard named.insert(entry).inserted else { return }
    if texts.count < Self.listed { texts.append("\(run): \(entry) is not in \(file)") }
  }

  func throwIfAny() throws(FileError) {
    if named.isEmpty { return }
    let rest = named.count - texts.count
    let lines =
      texts + (rest > 0 ? ["and \(rest) more like these"] : []) + ["give the collection that the run was made from"]
    throw FileError(path: run, kind: .badData, description: lines.joined(separator: "\n"))
  }
}
