import Datasets
import TestSupport

/// Takes warnings that a test does not look at.
func ignore(_ warning: String) {}

extension TemporaryFolder {
  /// A collection of two queries and four documents, one of them empty.
  func collection() throws -> Collection {
    try write(
      "c/corpus.jsonl",
      """
      {"_id": "d1", "title": "One", "text": "first"}
      {"_id": "d2", "title": "", "text": "second"}
      {"_id": "d3", "text": "third"}
      {"_id": "d4", "title": " ", "text": ""}

      """)
    try write("c/queries.jsonl", "{\"_id\": \"q1\", \"text\": \"what\"}\n{\"_id\": \"q2\", \"text\": \"who\"}\n")
    try write("c/qrels/train.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\nq2\td3\t2\nq1\td3\t1\n")
    try write("c/qrels/dev.tsv", "q1\td1\t0\n")
    try write("c/qrels/odd.tsv", "q1\td4\t1\nq9\td1\t1\nq1\td9\t1\n")
    try write("c/qrels/README.md", "not a split")
    return try Collection(folder: file("c"))
  }
}
