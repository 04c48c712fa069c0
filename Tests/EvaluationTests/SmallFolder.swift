import Datasets
import Files
import TestSupport

/// A collection of a few lines, written to a folder of its own.
struct SmallFolder {
  private let folder = TemporaryFolder()
  let collection: Collection

  /// - Parameters:
  ///   - documents: Identifiers and texts.
  ///   - queries: Identifiers and texts.
  ///   - splits: Lines of judgments, the columns separated by spaces.
  init(
    documents: [(id: String, text: String)], queries: [(id: String, text: String)], splits: [String: [String]]
  ) throws {
    try Files.makeFolder(folder.file("qrels"))
    func lines(_ entries: [(id: String, text: String)]) -> String {
      entries.map { "{\"_id\": \"\($0.id)\", \"text\": \"\($0.text)\"}\n" }.joined()
    }
    try Files.write(lines(documents), to: folder.file("corpus.jsonl"))
    try Files.write(lines(queries), to: folder.file("queries.jsonl"))
    for (split, judgments) in splits {
      try Files.write(judgments.map { $0 + "\n" }.joined(), to: folder.file("qrels/\(split).tsv"))
    }
    collection = try Collection(folder: folder.path)
  }

  var path: String { folder.path }
}
