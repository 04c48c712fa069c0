import Datasets
import Files
import Testing

/// A new empty folder that is removed when the test is over.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = "/tmp/hone-datasets-\(UInt64.random(in: .min ... .max))"
    try Files.makeFolder(path)
  }

  deinit {
    try? Files.remove(path)
  }

  func path(_ name: String) -> String { Files.join(path, name) }

  /// Writes a file and returns its path.
  @discardableResult
  func file(_ name: String, _ text: String) throws -> String {
    try file(name, Array(text.utf8))
  }

  @discardableResult
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Files.makeFolder(Files.parent(of: path(name)))
    try Files.write(bytes, to: path(name))
    return path(name)
  }

  /// A message with the folder's path left out.
  func shortened(_ message: String) -> String {
    message.split(separator: path + "/", omittingEmptySubsequences: false).joined()
  }

  /// A collection of two queries and four documents, one of them empty.
  func collection() throws -> Collection {
    try file(
      "c/corpus.jsonl",
      """
      {"_id": "d1", "title": "One", "text": "first"}
      {"_id": "d2", "title": "", "text": "second"}
      {"_id": "d3", "text": "third"}
      {"_id": "d4", "title": " ", "text": ""}

      """)
    try file("c/queries.jsonl", "{\"_id\": \"q1\", \"text\": \"what\"}\n{\"_id\": \"q2\", \"text\": \"who\"}\n")
    try file("c/qrels/train.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\nq2\td3\t2\nq1\td3\t1\n")
    try file("c/qrels/dev.tsv", "q1\td1\t0\n")
    try file("c/qrels/odd.tsv", "q1\td4\t1\nq9\td1\t1\nq1\td9\t1\n")
    try file("c/qrels/README.md", "not a split")
    return try Collection(folder: path("c"))
  }
}

/// The message of the error that a call throws, or nil when it throws none.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}
