import Datasets

/// Training rows and what their identifiers mean.
struct TrainingTexts {
  /// The rows in the order of their file.
  let rows: [TrainingRow]
  /// The collection, where one is named.
  let collection: Collection?
  /// The documents; nil where the rows have all there is.
  let corpus: Corpus?
  /// The judgments that count more than the positives of queries with the same text.
  let judged: JudgedNegatives
}

extension RowSource {
  /// Reads the rows.
  ///
  /// - Parameters:
  ///   - corpus: A `corpus.jsonl` with the documents that identifiers mean; without it, that of the collection.
  ///   - warn: Receives warnings about what is unusual in a file, and what was left out or replaced.
  func read(corpus file: String? = nil, warn: (String) -> Void) throws -> TrainingTexts {
    let corpus = try file.map { try Corpus(file: $0) }
    let collection = try collection.map { try Collection(folder: $0) }
    let rows =
      switch self {
      case .file(let path, _): try TrainingRows(file: path, collection: collection, corpus: corpus)
      case .judgments(let folder, let split):
        try TrainingRows(collection: collection ?? Collection(folder: folder), split: split, corpus: corpus)
      }
    ((corpus?.warnings ?? []) + (collection?.warnings ?? []) + rows.warnings).forEach(warn)
    return TrainingTexts(
      rows: rows.rows, collection: collection, corpus: corpus ?? collection?.corpus, judged: rows.judgedNegatives)
  }
}
