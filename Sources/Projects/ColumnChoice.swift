import Datasets
import Files
import Words

/// The columns of a file that hold queries, documents, titles of documents and labels.
struct ColumnChoice: Equatable {
  var query: Int
  var document: Int
  /// The column of titles; nil where documents have none.
  var title: Int?
  /// The column of labels; nil where every row is a pair that belongs together.
  var label: Int?
  /// A sentence about a choice that rests on the order of the columns; nil where names decide.
  var remark: String?
}

/// The columns that the user names, and the way to ask for others.
package struct ColumnWishes {
  /// The name or number of the column of queries.
  package var query: String?
  /// The name or number of the column of documents.
  package var document: String?
  /// The name or number of the column of labels.
  package var label: String?
  /// Asks for one of several answers; nil where nobody can be asked.
  package var ask: ((_ question: String, _ answers: [String]) throws -> Int)?

  package init(
    query: String? = nil, document: String? = nil, label: String? = nil,
    ask: ((_ question: String, _ answers: [String]) throws -> Int)? = nil
  ) {
    self.query = query
    self.document = document
    self.label = label
    self.ask = ask
  }
}

/// Finds the columns of a file: as the user names them, by their names, by what they hold, or by asking.
struct ColumnFinder {
  private let file: ColumnFile
  private let wishes: ColumnWishes
  /// True if identifiers of another file may stand for documents.
  private let hasCorpus: Bool

  init(_ file: ColumnFile, _ wishes: ColumnWishes, hasCorpus: Bool) {
    self.file = file
    self.wishes = wishes
    self.hasCorpus = hasCorpus
  }

  /// - Throws: `ProjectError` that lists the columns where there is no choice or more than one.
  func choice() throws -> ColumnChoice {
    guard file.columns.count > 1 else {
      throw refusal(
        "expected a column of queries and one of documents, found one column; add the other, or give its file with --corpus"
      )
    }
    let label = try wishes.label.map { try column(named: $0, option: "--label-column") } ?? knownLabel
    var remark: String?
    let givenQuery = try wishes.query.map { try column(named: $0, option: "--query-column") }
    let givenDocument = try wishes.document.map { try column(named: $0, option: "--document-column") }
    if let query = givenQuery, query == givenDocument {
      throw refusal("--query-column and --document-column both name \"\(file.columns[query])\"; name two columns")
    }
    let taken = Set([givenQuery, givenDocument, label].compactMap { $0 })
    var queries = givenQuery.map { [$0] } ?? candidates([ColumnNames.queries, ColumnNames.headings], without: taken)
    var documents =
      givenDocument.map { [$0] }
      ?? candidates(
        [ColumnNames.documents] + (hasCorpus ? [ColumnNames.documentIDs] : []) + [
          ColumnNames.bodies, ColumnNames.titles,
        ],
        without: taken.union(queries.count == 1 ? queries : []))
    if queries.count == 1 { documents.removeAll { $0 == queries[0] } }
    if documents.count == 1 { queries.removeAll { $0 == documents[0] } }
    // One column is known, and one of texts is left.
    let texts = textColumns(without: taken)
    if queries.count == 1, documents.isEmpty {
      documents = texts.filter { $0 != queries[0] }
    } else if documents.count == 1, queries.isEmpty {
      queries = texts.filter { $0 != documents[0] }
    } else if queries.isEmpty, documents.isEmpty, texts.count == 2, length(of: texts[0]) < length(of: texts[1]) {
      (queries, documents) = ([texts[0]], [texts[1]])
      remark =
        "no column has a known name; the one with the shorter texts, \"\(file.columns[texts[0]])\", is taken for the queries "
        + "(--query-column and --document-column say otherwise)"
    }
    let query = try decide(queries, "queries", "--query-column", without: taken)
    documents.removeAll { $0 == query }
    let document = try decide(documents, "documents", "--document-column", without: taken.union([query]))
    let title = file.columns.indices.first {
      $0 != query && $0 != document && $0 != label && ColumnNames.titles.contains(ColumnNames.plain(file.columns[$0]))
    }
    return ColumnChoice(query: query, document: document, title: title, label: label, remark: remark)
  }

  // MARK: - Candidates

  /// The columns with a name of the first list that any column has a name of.
  private func candidates(_ lists: [[String]], without taken: Set<Int>) -> [Int] {
    for list in lists {
      let found = file.columns.indices.filter {
        !taken.contains($0) && list.contains(ColumnNames.plain(file.columns[$0])) && !isEmpty($0)
      }
      if !found.isEmpty { return found }
    }
    return []
  }

  /// The column of labels by its name, if it holds labels.
  private var knownLabel: Int? {
    for name in ColumnNames.labels {
      if let column = file.columns.indices.first(where: { ColumnNames.plain(file.columns[$0]) == name }),
        file.rows.prefix(1000).allSatisfy({ $0.texts(column).allSatisfy { LabelScale.number($0) != nil } }),
        !isEmpty(column)
      {
        return column
      }
    }
    return nil
  }

  /// The columns whose cells are mostly several words, or have characters that say as much as a word.
  private func textColumns(without taken: Set<Int>) -> [Int] {
    file.columns.indices.filter { column in
      if taken.contains(column) { return false }
      let cells = sample(column)
      let texts = cells.count { cell in
        cell.trimmed.contains(" ") && cell.unicodeScalars.contains { $0.properties.isAlphabetic }
          || cell.unicodeScalars.contains(where: \.isDense)
      }
      return texts * 2 > cells.count
    }
  }

  private func sample(_ column: Int) -> [String] { file.rows.prefix(200).flatMap { $0.texts(column) } }

  private func isEmpty(_ column: Int) -> Bool { file.rows.allSatisfy { $0.texts(column).isEmpty } }

  private func length(of column: Int) -> Double {
    let cells = sample(column)
    return Double(cells.reduce(0) { $0 + $1.count }) / Double(max(1, cells.count))
  }

  // MARK: - Decisions

  /// The column that the user names, by its name or its number from 1 on.
  private func column(named name: String, option: String) throws -> Int {
    let plain = ColumnNames.plain(name)
    if let exact = file.columns.firstIndex(where: { ExactText($0) == ExactText(name) }) { return exact }
    if let similar = file.columns.firstIndex(where: { ColumnNames.plain($0) == plain }) { return similar }
    if let number = Int(name), file.columns.indices.contains(number - 1) { return number - 1 }
    throw refusal(
      "\(option) names \"\(name.shortened)\", found no such column; give a name or a number of these", .usage)
  }

  private func decide(_ columns: [Int], _ noun: String, _ option: String, without taken: Set<Int>) throws -> Int {
    if columns.count == 1 { return columns[0] }
    let open = columns.isEmpty ? file.columns.indices.filter { !taken.contains($0) } : columns
    if let ask = wishes.ask, open.count > 1 {
      return open[try ask("Which column of \(file.path) holds the \(noun)?", open.map(description))]
    }
    let names = columns.map { "\"\(file.columns[$0])\"" }
    let identifier = file.columns.indices.first {
      !taken.contains($0) && ColumnNames.documentIDs.contains(ColumnNames.plain(file.columns[$0]))
    }
    if option == "--document-column", columns.isEmpty, let identifier {
      throw refusal(
        "the documents are named by identifier, in \"\(file.columns[identifier])\"; give the file that has their texts with "
          + "--corpus, or name a column of texts with --document-column")
    }
    throw refusal(
      columns.isEmpty
        ? "no column can be told to hold the \(noun); name it with \(option)"
        : "the \(noun) may be those of \(names.alternatives); name the column with \(option)")
  }

  /// A column with the beginning of its first text.
  private func description(_ column: Int) -> String {
    let example = file.rows.lazy.flatMap { $0.texts(column) }.first
    return "\"\(file.columns[column].shortened)\"" + (example.map { "  e.g. \"\($0.shortened)\"" } ?? "  (empty)")
  }

  private func refusal(_ problem: String, _ kind: FailureKind = .badData) -> ProjectError {
    let columns = file.columns.indices.prefix(30).map { "  \($0 + 1)  \(description($0))" }
    return ProjectError(kind, (["\(file.path): \(problem)"] + columns).joined(separator: "\n"))
  }
}
