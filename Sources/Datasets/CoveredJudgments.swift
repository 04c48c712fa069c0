import Files
import Words

/// The judgments of a split whose query and document have texts in a collection, and how many have none.
///
/// Published collections judge documents that they lack or that are blank. There is nothing to learn from them.
struct CoveredJudgments {
  /// The reasons for which a judgment is left out.
  private enum Gap: CaseIterable {
    case unknownQuery
    case blankQuery
    case unknownDocument
    case blankDocument

    var text: String {
      switch self {
      case .unknownQuery: "of a query that queries.jsonl lacks"
      case .blankQuery: "of a query without text"
      case .unknownDocument: "of a document that corpus.jsonl lacks"
      case .blankDocument: "of a document with neither title nor text"
      }
    }
  }

  private let collection: Collection
  private let corpus: Corpus?
  private var gaps: [Gap: (count: Int, example: String)] = [:]
  /// What else was left out or replaced.
  var remarks = Remarks()

  /// - Parameter corpus: Other documents that identifiers mean; nil for those of the collection.
  init(_ collection: Collection, corpus: Corpus?) {
    self.collection = collection
    self.corpus = corpus
  }

  /// The texts of a judgment; nil, and counted, where the collection does not have both.
  mutating func texts(of judgment: JudgmentLines.Judgment) -> (query: String, document: String)? {
    func example(_ id: String) -> String { "\"\(id)\" in line \(judgment.line)" }
    guard let query = collection.queries[judgment.query] else {
      add(.unknownQuery, example(judgment.query))
      return nil
    }
    guard !query.text.isBlank else {
      add(.blankQuery, example(judgment.query))
      return nil
    }
    guard let document = collection.corpus[judgment.document] else {
      add(.unknownDocument, example(judgment.document))
      return nil
    }
    guard !document.isBlank else {
      add(.blankDocument, example(judgment.document))
      return nil
    }
    let content = document.content
    let meant = corpus?.text(of: judgment.document, beside: content, line: judgment.line, &remarks)
    return (query.text, meant ?? content)
  }

  private mutating func add(_ gap: Gap, _ example: String) {
    gaps[gap] = ((gaps[gap]?.count ?? 0) + 1, gaps[gap]?.example ?? example)
  }

  /// What was left out or replaced, each as a warning with numbers and examples.
  func warnings(of file: String) -> [String] {
    (leftOut.map { ["\(file): \($0)"] } ?? []) + remarks.warnings(of: file)
  }

  private var leftOut: String? {
    let found = Gap.allCases.compactMap { gap in gaps[gap].map { (gap, $0) } }
    if found.isEmpty { return nil }
    let parts = found.map { "\(NumberText.count($1.count)) \($0.text) (\($1.example))" }
    return "\(NumberText.counted(found.reduce(0) { $0 + $1.1.count }, "judgment")) left out: "
      + parts.joined(separator: ", ")
  }

  /// Notes that no judgment of a kind is left to learn from.
  ///
  /// - Parameter wanted: The kind in words, for example "documents judged relevant".
  func addNothingLeft(_ wanted: String, _ problems: inout Problems) {
    problems.add(
      "expected \(wanted), found none\(leftOut.map { " (\($0))" } ?? ""); "
        + (gaps.isEmpty ? "name another split" : "name another split, or the collection that was judged"))
  }
}
