import Files
import JSONText

/// Training data: rows in the order of their file.
///
/// A file is `.jsonl`, or `.tsv` or `.csv` with a header. In the latter two a list (`negatives`, `scores`, `pos` …) is written
/// as a JSON list in one cell, and an empty cell is a value that is missing. A file keeps to one family of names:
///
/// | family | names |
/// |---|---|
/// | texts | `query`, `positive`; `negatives` (list) or `negative`, `negative_1` …; `scores`; `query_id`, `positive_id`, `negative_ids` |
/// | identifiers | `query_id`, `positive_id`; `negative_ids`; `scores`; texts come from a collection |
/// | sentence-transformers | `anchor`, `positive`; `negative`, `negative_1` … or `negatives`; `scores` |
/// | FlagEmbedding | `query`, `pos`; `neg`; `pos_scores`, `neg_scores`; with several `pos` one row each |
/// | labelled pairs | `query`, `document`, or `sentence1`, `sentence2`; and `score` or `label` |
///
/// `scores` are a teacher's: of the positive, then of the negatives. Names of no family are ignored, unless they look like a slip.
public struct TrainingRows: Sendable {
  /// The rows.
  public let rows: [TrainingRow]

  /// Reads a file of rows.
  ///
  /// - Parameters:
  ///   - file: The path, ending in `.jsonl`, `.tsv` or `.csv`, or "-" for JSON lines on standard input.
  ///   - collection: The texts of rows by identifier.
  /// - Throws: `DatasetError` with the problems of all lines: names of several families, values that are missing or of
  ///   another type, blank texts, identifiers that the collection lacks, scores that do not fit the texts; or no rows.
  public init(file: String, collection: Collection? = nil) throws(DatasetError) {
    var problems = Problems(file: file)
    var reader = RowReader(collection: collection)
    if let form = try Self.tableForm(of: file) {
      try Table(form: form).forEachRecord(of: file, &problems) { names, line, problems in
        reader.takeHeader(names, line: line, &problems)
      } _: { record, problems in
        reader.take(record, &problems)
      }
    } else {
      try TextLines.forEachObject(of: file, &problems) { line, object, problems in
        reader.take(Record(line: line, object: object), &problems)
      }
    }
    if problems.count == 0 && reader.rows.isEmpty {
      problems.add("expected rows of training data, found none; check that the file is complete")
    }
    try problems.throwIfAny()
    rows = reader.rows
  }

  /// Makes a row of every query and each document judged relevant to it (grade 1 or more) in a split of a collection.
  ///
  /// - Parameter warn: Receives a warning about judgments that stand there more than once.
  /// - Throws: `DatasetError` for what ``Collection/judgments(split:warn:)`` refuses, for queries and relevant documents that the
  ///   collection lacks or whose text is blank, and when nothing is relevant.
  public init(collection: Collection, split: String, warn: (String) -> Void) throws(DatasetError) {
    let file = try collection.file(ofSplit: split)
    var problems = Problems(file: file)
    var rows: [TrainingRow] = []
    try JudgmentLines.forEach(of: file, &problems, warn: warn) { judgment, problems in
      guard judgment.grade > 0 else { return }
      let texts = CollectionTexts(collection, line: judgment.line)
      guard let query = texts.query(judgment.query, &problems),
        let positive = texts.document(judgment.document, &problems)
      else { return }
      rows.append(
        TrainingRow(query: query, queryID: judgment.query, positive: positive, positiveID: judgment.document))
    }
    if problems.count == 0 && rows.isEmpty {
      problems.add("expected documents judged relevant (grade 1 or more), found none; name another split")
    }
    try problems.throwIfAny()
    self.rows = rows
  }

  /// The form of a table by the file's name; nil for JSON lines.
  static func tableForm(of file: String) throws(DatasetError) -> Table.Form? {
    let name = file.lowercased()
    if name.hasSuffix(".tsv") { return .tabs }
    if name.hasSuffix(".csv") { return .commas }
    if name.hasSuffix(".jsonl") || name == "-" { return nil }
    throw DatasetError(
      "\(file): expected a file of rows ending in .jsonl, .tsv or .csv; convert it or name it by its content")
  }
}

/// Finds the texts of identifiers in a collection, for one line of a file.
struct CollectionTexts {
  private let collection: Collection
  private let line: Int

  init(_ collection: Collection, line: Int) {
    self.collection = collection
    self.line = line
  }

  func query(_ id: String, _ problems: inout Problems) -> String? {
    guard let query = collection.queries[id] else { return unknown("query", id, "queries.jsonl", &problems) }
    return query.text
  }

  func document(_ id: String, _ problems: inout Problems) -> String? {
    guard let document = collection.corpus[id] else { return unknown("document", id, "corpus.jsonl", &problems) }
    let content = document.content
    if content.isEmpty {
      problems.add(
        "document \"\(id)\" has neither title nor text in \(Files.join(collection.folder, "corpus.jsonl")); "
          + "write it or remove the row", line: line)
      return nil
    }
    return content
  }

  private func unknown(_ noun: String, _ id: String, _ file: String, _ problems: inout Problems) -> String? {
    problems.add(
      "expected a \(noun) of the collection, found \"\(id)\", which \(Files.join(collection.folder, file)) lacks; "
        + "correct the identifier or add the \(noun)", line: line)
    return nil
  }
}
