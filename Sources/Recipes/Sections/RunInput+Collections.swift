import Files
import Runs

extension RunInput {
  /// The files of a collection that are read for some of its splits.
  static func collection(_ folder: String, splits: [String]) -> [RunInput] {
    (["corpus.jsonl", "queries.jsonl"] + splits.map { Files.join("qrels", "\($0).tsv") }).map {
      .file(Files.join(folder, $0))
    }
  }
}
