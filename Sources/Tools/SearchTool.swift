import Datasets
import Encoders
import Evaluation
import Files
import JSONText
package import Kernels
import Retrieval
package import Runs
import Words

/// `hone search`: exact search in a corpus, for the queries of a file or for texts.
///
/// Blank documents are not found.
package struct SearchTool {
  package var model: String
  package var corpus: String
  package var top: Int
  /// The task whose adapter is merged into the model; of a search, each side has its own.
  package var task: String?
  /// A folder that keeps the documents' vectors between runs.
  package var cache: String?
  /// The precision of the products of the model's layers.
  package var precision: Precision
  package var report: (RunEvent) -> Void

  package init(
    model: String, corpus: String, top: Int, task: String? = nil, cache: String? = nil,
    precision: Precision = .float32,
    report: @escaping (RunEvent) -> Void
  ) {
    self.model = model
    self.corpus = corpus
    self.top = top
    self.task = task
    self.cache = cache
    self.precision = precision
    self.report = report
  }

  /// Searches for every query of a file and writes a run file in TREC form.
  package func search(queries: String, output: String) throws -> Outcome {
    try DurableFile.check(output, inputs: [model, corpus, queries])
    let read = try Queries(file: queries)
    read.warnings.forEach { report(.warning($0)) }
    let asked = read.queries
    BlankTexts.warning(asked.map { ("\"\($0.id)\"", $0.text) }, "query", plural: "queries").map { report(.warning($0)) }
    let (model, corpus, index) = try load()
    let vectors = try model.searchVectors(of: asked.map(\.text), as: .query, task: "encoding queries", report: report)
    let run = try index.search(vectors, ids: asked.map(\.id), top: top)
    try run.write(to: output)
    let result: JSONValue = [
      "run": JSONValue(output), "queries": JSONValue(asked.count), "documents": JSONValue(corpus.documents.count),
      "top": JSONValue(top),
    ]
    return Outcome(
      result,
      lines: [
        "\(output): the best \(NumberText.count(min(top, corpus.documents.count))) of "
          + "\(NumberText.counted(corpus.documents.count, "document")) for "
          + NumberText.counted(asked.count, "query", plural: "queries")
      ])
  }

  /// Searches for texts and shows the documents found, for a person.
  package func search(for texts: [String]) throws -> Outcome {
    let (model, corpus, index) = try load()
    let vectors = try model.searchVectors(of: texts, as: .query, task: "encoding queries", report: report)
    let found = try index.search(vectors, top: top)
    var lines: [String] = []
    var results: [JSONValue] = []
    for (text, list) in zip(texts, found) {
      if texts.count > 1 { lines += lines.isEmpty ? [text] : ["", text] }
      for (offset, hit) in list.enumerated() {
        let rank = String(offset + 1)
        let title = corpus[hit.id].map(Self.title) ?? ""
        let padding = String(repeating: " ", count: max(0, String(list.count).count - rank.count))
        lines.append("\(padding)\(rank)  \(NumberText.fixed(Double(hit.score), decimals: 3))  \(hit.id)  \(title)")
      }
      let hits = list.map { hit -> JSONValue in
        [
          "id": JSONValue(hit.id), "score": JSONValue(hit.score),
          "title": JSONValue(corpus[hit.id].map(Self.title) ?? ""),
        ]
      }
      results.append(["query": JSONValue(text), "hits": .array(hits)])
    }
    return Outcome(.array(results), lines: lines)
  }

  /// The model for queries, and the corpus with its vectors.
  private func load() throws -> (BiEncoder, Corpus, ExactSearch) {
    let whole = try Corpus(file: corpus)
    whole.warnings.forEach { report(.warning($0)) }
    let corpus = try whole.candidates { report(.warning($0)) }
    precision.note.map { report(.note($0)) }
    var encoder = try BiEncoder(folder: model, task: task, as: .document).computing(in: precision)
    encoder.taskWarning(choosing: "--task").map { report(.warning($0)) }
    let vectors = try encoder.searchVectors(
      of: corpus.documents.map(\.content), as: .document, task: "encoding documents",
      cache: try cache.map { try EncodingCache($0) }, report: report)
    // Of a search, queries have an adapter of their own.
    if let task, task != encoder.task {
      encoder = try BiEncoder(folder: model, task: task, as: .query).computing(in: precision)
    }
    return (encoder, corpus, try ExactSearch(documents: vectors, ids: corpus.documents.map(\.id)))
  }

  /// The label of a document for a person: its title if that is not its identifier, and the beginning of its text.
  private static func title(_ document: Document) -> String {
    let words = (document.title == document.id ? "" : document.title + " ") + document.text
    let line = words.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count <= 72 ? line : line.prefix(71) + "…"
  }
}
