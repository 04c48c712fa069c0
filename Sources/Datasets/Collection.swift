import Files
import Words

/// A folder in BEIR's layout: documents, queries, and judgments in splits.
///
/// ```
/// corpus.jsonl       {"_id": …, "title": …, "text": …}
/// queries.jsonl      {"_id": …, "text": …}
/// qrels/SPLIT.tsv    query-id  corpus-id  score
/// ```
public struct Collection: Sendable {
  /// The folder as it was given.
  public let folder: String
  /// The documents.
  public let corpus: Corpus
  /// The queries of all splits.
  public let queries: Queries
  /// The names of the splits, sorted: the files `qrels/*.tsv`.
  public let splits: [String]

  /// Reads documents and queries, and lists the splits.
  ///
  /// - Throws: `DatasetError` when a file is missing, or for what ``Corpus/init(file:)`` and ``Queries/init(file:)`` refuse.
  public init(folder: String) throws(DatasetError) {
    self.folder = folder
    splits = try Self.splits(in: folder)
    corpus = try Corpus(file: Files.join(folder, "corpus.jsonl"))
    queries = try Queries(file: Files.join(folder, "queries.jsonl"))
  }

  /// Reads the judgments of a split.
  ///
  /// They may name queries and documents that the collection lacks, as judgments of published collections do; see
  /// ``unknownIdentifiers(in:)``.
  ///
  /// - Parameter warn: Receives a warning about judgments that stand there more than once.
  /// - Throws: `DatasetError` when there is no such split, or for what ``Judgments/init(file:warn:)`` refuses.
  public func judgments(split: String, warn: (String) -> Void) throws(DatasetError) -> Judgments {
    try Judgments(file: file(ofSplit: split), warn: warn)
  }

  /// The identifiers in judgments that the collection does not have, each once, in the order of the judgments.
  ///
  /// A relevant document that is not in the corpus can never be found and lowers every measure.
  public func unknownIdentifiers(in judgments: Judgments) -> (queries: [String], documents: [String]) {
    var unknownDocuments: [String] = []
    var seen: Set<ExactText> = []
    for topic in judgments.topics {
      for (document, _) in topic.grades where corpus.index(of: document) == nil {
        if seen.insert(ExactText(document)).inserted { unknownDocuments.append(document) }
      }
    }
    return (judgments.topics.map(\.query).filter { queries.index(of: $0) == nil }, unknownDocuments)
  }

  /// The path of a split's judgments.
  func file(ofSplit split: String) throws(DatasetError) -> String {
    guard splits.contains(where: { ExactText($0) == ExactText(split) }) else {
      let known = splits.isEmpty ? "there is none" : "there are \(splits.joined(separator: ", "))"
      throw DatasetError(
        "\(folder): expected a split \"\(split)\", a file qrels/\(split).tsv, found no such file (\(known)); "
          + "name another split or add the file", kind: .missingInput)
    }
    return Files.join(folder, "qrels", split + ".tsv")
  }

  private static func splits(in folder: String) throws(DatasetError) -> [String] {
    do throws(FileError) {
      let judgments = Files.join(folder, "qrels")
      guard Files.isFolder(judgments) else { return [] }
      return try Files.list(judgments).filter { $0.hasSuffix(".tsv") }.map { String($0.dropLast(4)) }
    } catch {
      throw DatasetError(error)
    }
  }
}
