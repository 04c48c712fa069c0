package import Datasets
package import Files
package import Retrieval
import Words

/// The texts that a cross-encoder reads for a ranking: each query paired with each of its documents.
package struct CandidateTexts {
  private let queries: Queries
  private let corpus: Corpus
  private let queryFile: String
  private let corpusFile: String
  /// The contents of the documents used so far, by index; each is made once.
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

  /// What is unusual about the files, each as a warning for the user.
  package var warnings: [String] { queries.warnings + corpus.warnings }

  /// All pairs of a ranking, query by query.
  ///
  /// - Parameter source: The origin of the ranking, for messages.
  /// - Throws: `FileError` with the first missing queries and documents.
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

  /// A ranking without the blank documents, which are no candidates, and the identifiers of these.
  package func withoutBlankDocuments(_ ranking: Ranking) -> (ranking: Ranking, blank: [String]) {
    let blank = corpus.documents.filter(\.isBlank).map(\.id)
    if blank.isEmpty { return (ranking, []) }
    let left = Set(blank.map { ExactText($0) })
    let found = Set(ranking.lists.flatMap { $0.documents.map { ExactText($0.id) } }).intersection(left)
    if found.isEmpty { return (ranking, []) }
    return (ranking.leavingOut { found.contains(ExactText($0)) }, blank.filter { found.contains(ExactText($0)) })
  }

  /// A warning about blank documents that a ranking named; nil without any.
  package static func warning(aboutBlank documents: [String], of source: String) -> String? {
    guard let first = documents.first else { return nil }
    let isOne = documents.count == 1
    return "\(source): \(NumberText.counted(documents.count, "document")) without title and text left out, since "
      + "\(isOne ? "it is no candidate" : "they are no candidates"), for example \"\(first)\""
  }

  /// The text of a query; nil if the identifier is unknown.
  package func query(_ id: String) -> String? { queries[id]?.text }

  /// The text of a document; nil if the identifier is unknown.
  package mutating func document(_ id: String) -> String? {
    guard let index = corpus.index(of: id) else { return nil }
    if let known = contents[index] { return known }
    let content = corpus.documents[index].content
    contents[index] = content
    return content
  }
}

/// Collects the entries of a ranking that the collection lacks.
private struct MissingEntries {
  private static let listed = 10
  let source: String
  private var texts: [String] = []
  private var named: Set<ExactText> = []

  init(source: String) {
    self.source = source
  }

  mutating func add(_ entry: String, in file: String) {
    guard named.insert(ExactText(entry)).inserted else { return }
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
