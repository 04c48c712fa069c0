import Datasets
import Files
import Retrieval

/// What a cross-encoder reads to rank the documents of a run: each query with each of its documents.
struct CandidatePairs {
  /// The files that an error names.
  struct Names {
    var run: String
    var queries: String
    var corpus: String
  }

  /// The pairs, query by query in the order of the run.
  private(set) var pairs: [(query: String, document: String)] = []

  /// Finds the texts.
  ///
  /// - Throws: `FileError` with the queries and documents that the collection lacks.
  init(of run: Run, queries: Queries, corpus: Corpus, names: Names) throws(FileError) {
    var missing = MissingEntries(run: names.run)
    // A document of many lists is kept once.
    var texts: [Int: String] = [:]
    for list in run.lists {
      guard let query = queries[list.query] else {
        missing.add("query \"\(list.query)\"", in: names.queries)
        continue
      }
      for found in list.documents {
        guard let index = corpus.index(of: found.id) else {
          missing.add("document \"\(found.id)\"", in: names.corpus)
          continue
        }
        let text = texts[index] ?? corpus.documents[index].content
        texts[index] = text
        pairs.append((query.text, text))
      }
    }
    try missing.throwIfAny()
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
