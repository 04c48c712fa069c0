import Files
import JSONText
import Words

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
  /// What is unusual about the file, and what was left out or replaced, each as a warning for the user.
  public let warnings: [String]
  /// The judgments of grade 0 that count more than a positive of another query with the same text.
  public let judgedNegatives: JudgedNegatives

  /// Reads a file of rows.
  ///
  /// - Parameters:
  ///   - file: The path, ending in `.jsonl`, `.tsv` or `.csv`, or "-" for JSON lines on standard input.
  ///   - collection: The texts of rows by identifier.
  ///   - corpus: The documents that identifiers mean, whatever text stands beside them; without it, those of the collection.
  /// - Throws: `DatasetError` with the problems of all lines: names of several families, values that are missing or of
  ///   another type, blank queries and positives, identifiers that the collection lacks or that have two texts, scores that do
  ///   not fit the texts; or no rows.
  public init(file: String, collection: Collection? = nil, corpus: Corpus? = nil) throws(DatasetError) {
    var problems = Problems(file: file)
    var reader = RowReader(collection: collection, corpus: corpus ?? collection?.corpus)
    if let form = try Self.tableForm(of: file) {
      try Table(form: form).forEachRecord(of: file, &problems) { names, line, problems in
        reader.takeHeader(names, line: line, &problems)
      } _: { record, problems in
        reader.take(record, &problems)
      }
      reader.finish(&problems)
    } else {
      try JSONObjects.forEach(of: file, &problems) { line, object, problems in
        reader.take(Record(line: line, object: object), &problems)
      }
    }
    if problems.count == 0 && reader.rows.isEmpty {
      problems.add("expected rows of training data, found none; check that the file is complete")
    }
    try problems.throwIfAny()
    rows = reader.rows
    judgedNegatives = JudgedNegatives()
    warnings = problems.warnings + reader.remarks.warnings(of: file)
  }

  /// Makes a row of every query and each document judged relevant to it (grade 1 or more) in a split of a collection.
  ///
  /// Judgments of queries and documents that the collection lacks, and of blank documents, are left out.
  ///
  /// - Parameter corpus: Other documents that identifiers mean; without it, those of the collection.
  /// - Throws: `DatasetError` for what ``Collection/judgments(split:)`` refuses, and when nothing is relevant.
  public init(collection: Collection, split: String, corpus: Corpus? = nil) throws(DatasetError) {
    var problems = Problems(file: try collection.file(ofSplit: split))
    var rows: [TrainingRow] = []
    var covered = CoveredJudgments(collection, corpus: corpus)
    var irrelevant: [JudgmentLines.Judgment] = []
    try JudgmentLines.forEach(of: problems.file, &problems) { judgment, _ in
      if judgment.grade == 0 { irrelevant.append(judgment) }
      guard judgment.grade > 0, let (query, positive) = covered.texts(of: judgment) else { return }
      rows.append(
        TrainingRow(query: query, queryID: judgment.query, positive: positive, positiveID: judgment.document))
    }
    if problems.count == 0 && rows.isEmpty {
      covered.addNothingLeft("documents judged relevant (grade 1 or more)", &problems)
    }
    try problems.throwIfAny()
    judgedNegatives = JudgedNegatives(
      among: irrelevant, rows: rows, queries: collection.queries, corpus: corpus ?? collection.corpus, &covered.remarks)
    self.rows = rows
    warnings = problems.warnings + covered.warnings(of: problems.file)
  }

  /// The form of a table by the file's name; nil for JSON lines.
  static func tableForm(of file: String) throws(DatasetError) -> Table.Form? {
    let name = file.lowercased()
    if name.hasSuffix(".tsv") { return .tabs }
    if name.hasSuffix(".csv") { return .commas }
    if name.hasSuffix(".jsonl") || name == "-" { return nil }
    if let found = FileSignature.of(file: file) {
      throw DatasetError("\(file): expected a file of rows, found \(found.name); \(found.remedy)")
    }
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
    if query.text.isBlank {
      problems.add(
        "query \"\(id)\" has no text in \(Files.join(collection.folder, "queries.jsonl")); write it or remove the row",
        line: line)
      return nil
    }
    return query.text
  }

  /// - Parameter mayBeBlank: True if the document may have nothing to read in it.
  func document(_ id: String, mayBeBlank: Bool = false, _ problems: inout Problems) -> String? {
    guard let document = collection.corpus[id] else { return unknown("document", id, "corpus.jsonl", &problems) }
    if document.isBlank && !mayBeBlank {
      problems.add(
        "document \"\(id)\" has neither title nor text in \(Files.join(collection.folder, "corpus.jsonl")); "
          + "write it or remove the row", line: line)
      return nil
    }
    return document.content
  }

  private func unknown(_ noun: String, _ id: String, _ file: String, _ problems: inout Problems) -> String? {
    problems.add(
      "expected a \(noun) of the collection, found \"\(id)\", which \(Files.join(collection.folder, file)) lacks; "
        + "correct the identifier or add the \(noun)", line: line)
    return nil
  }
}
