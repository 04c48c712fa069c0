import Words

/// Judgments of grade 0 that stand against a guess: the document is a positive of another query with the same text.
///
/// Queries of one text are taken for one and share their positives (``KnownPositives``). What a judgment says of a query
/// itself counts more.
public struct JudgedNegatives: Sendable {
  /// A judgment, with the text of its document.
  struct Judgment {
    let query: String
    let document: String
    let text: String
  }

  private(set) var judgments: [Judgment] = []

  /// No such judgments.
  public init() {}

  /// Finds them among the judgments of grade 0 of a collection.
  ///
  /// - Parameters:
  ///   - irrelevant: All judgments of grade 0.
  ///   - rows: The positives of all queries.
  ///   - corpus: The documents that identifiers mean.
  init(
    among irrelevant: [JudgmentLines.Judgment], rows: [TrainingRow], queries: Queries, corpus: Corpus,
    _ remarks: inout Remarks
  ) {
    if irrelevant.isEmpty { return }
    let rowsOfText = Dictionary(grouping: rows.indices) { TextKey(rows[$0].query) }
    /// The rows of every judged query's text.
    var rowsOfQuery: [ExactText: [Int]] = [:]
    for judgment in irrelevant {
      let own = ExactText(judgment.query)
      guard let query = queries[judgment.query], let document = corpus[judgment.document] else { continue }
      let alike = rowsOfQuery[own] ?? rowsOfText[TextKey(query.text)] ?? []
      rowsOfQuery[own] = alike
      func isOwn(_ row: Int) -> Bool { rows[row].queryID.map { ExactText($0) } == own }
      if alike.allSatisfy(isOwn) { continue }
      let key = TextKey(document.content)
      let positives = alike.filter { row in
        rows[row].positiveID.map { ExactText($0) } == ExactText(judgment.document) || TextKey(rows[row].positive) == key
      }
      guard let other = positives.first, !positives.contains(where: isOwn) else { continue }
      judgments.append(Judgment(query: judgment.query, document: judgment.document, text: document.content))
      remarks.add(
        .judgedNegative,
        example: "\"\(judgment.document)\" for \"\(judgment.query)\" in line \(judgment.line), with the text of "
          + "\"\(rows[other].queryID ?? "")\", \"\(query.text.shortened)\"")
    }
  }
}
