package import Datasets
package import Files
package import Retrieval

/// The texts that a cross-encoder reads for a run: each query together with each of its best documents.
package struct CandidateTexts {
  private let queries: Queries
  private let corpus: Corpus
  private let queryFile: String
  private let corpusFile: String
  /// A document of many lists is put together and kept once.
  private var contents: [Int: String] = [:]

  package init(queries queryFile: String, corpus corpusFile: String) throws {
    (queries, corpus) = (try Queries(file: queryFile), try Corpus(file: corpusFile))
    (self.queryFile, self.corpusFile) = (queryFile, corpusFile)
  }

  package init(_ collection: Collection) {
    (queries, corpus) = (collection.queries, collection.corpus)
    queryFile = Files.join(collection.folder, "queries.jsonl")
    corpusFile = Files.join(collection.folder, "corpus.jsonl")
  }

  /// All pairs of a run, one query after the other.
  ///
  /// - Parameter source: Where the run comes from, for messages.
  /// - Throws: `FileError` with the first queries and documents that are not there.
  package mutating func pairs(of ranking: Ranking, from source: String) throws(FileError) -> [(
    query: String, document: String
  )] {
    var missing = MissingEntries(source: source)
    var pairs: [(query: String, document: String)] = []
    for list in ranking.lists {
      guard let query = queries[list.query] else {
        missing.add("query \"\(list.query)\"", in: queryFile)
        continue
      }
      for found in list.documents {
        guard let document = document(found.id) else {
          missing.add("document \"\(found.id)\"", in: corpusFile)
          continue
        }
        pairs.append((query.text, document))
      }
    }
    try missing.throwIfAny()
    return pairs
  }

  /// The text of a query, or nil when there is none of this identifier.
  package func query(_ id: String) -> String? { queries[id]?.text }

  /// The text of a document, or nil when there is none of this identifier.
  package mutating func document(_ id: String) -> String? {
    guard let index = corpus.index(of: id) else { return nil }
    if let known = contents[index] { return known }
    let content = corpus.documents[index].content
    contents[index] = content
    return content
  }
}

/// Collects what a run names and the collection does not have.
private struct MissingEntries {
  private static let listed = 10
  let source: String
  private var texts: [String] = []
  private var named: Set<String> = []

  init(source: String) {
    self.source = source
  }

  mutating func add(_ entry: String, in file: String) {
    guard named.insert(entry).inserted else { return }
    if texts.count < Self.listed { texts.append("\(source): \(entry) is not in \(file)") }
  }

  func throwIfAny() throws(FileError) {
    if named.isEmpty { return }
    let rest = named.count - texts.count
    let lines =
      texts + (rest > 0 ? ["and \(rest) more like these"] : []) + ["give the collection that the run was made from"]
    throw FileError(path: source, kind: .badData, description: lines.joined(separator: "\n"))
  }
}
