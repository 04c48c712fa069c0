import OrderedCollections
import Words

/// Relevance judgments: the grades of documents for queries.
///
/// Two forms are read, told apart by the first line:
///
/// - BEIR: three columns, query, document, grade, with or without the header `query-id corpus-id score`.
/// - TREC: four columns, query, iteration (ignored), document, grade.
///
/// Columns are separated by tabs or other white space, so identifiers contain none; lines that start with `#` are skipped.
/// A grade is an integer: 1 and above is relevant, 0 is not, below 0 counts as not judged.
public struct Judgments: Sendable {
  /// One query's judged documents.
  public struct Topic: Sendable {
    /// The query's identifier.
    public let query: String
    /// The documents and their grades in the order of the file.
    public fileprivate(set) var grades: [(document: String, grade: Int)]
  }

  /// The judged queries in the order in which the file first names them.
  public private(set) var topics: [Topic] = []
  private var queries: OrderedSet<ExactText> = []

  /// Reads a file of judgments.
  ///
  /// - Parameter file: The path, or "-" for standard input.
  /// - Throws: `DatasetError` with the problems of all lines: another number of columns, a grade that is no integer,
  ///   a document judged twice for a query; or nothing in the file.
  public init(file: String) throws(DatasetError) {
    self.init()
    var problems = Problems(file: file)
    var judgments = Judgments()
    try JudgmentLines.forEach(of: file, &problems) { judgment, _ in judgments.append(judgment) }
    try problems.throwIfAny()
    self = judgments
  }

  /// The judged documents of a query with their grades, or nil when the query is not judged.
  public subscript(query: String) -> [(document: String, grade: Int)]? {
    queries.firstIndex(of: ExactText(query)).map { topics[$0].grades }
  }

  private init() {}

  private mutating func append(_ judgment: JudgmentLines.Judgment) {
    let (isNew, number) = queries.append(ExactText(judgment.query))
    if isNew { topics.append(Topic(query: judgment.query, grades: [])) }
    topics[number].grades.append((judgment.document, judgment.grade))
  }
}

/// The lines of a file of judgments.
enum JudgmentLines {
  struct Judgment {
    let line: Int
    let query: String
    let document: String
    let grade: Int
  }

  /// The columns of a file.
  private enum Form {
    case three
    case four

    var columns: Int { self == .three ? 3 : 4 }

    var description: String {
      self == .three ? "three columns (query document grade)" : "four columns (query iteration document grade)"
    }
  }

  private struct Pair: Hashable {
    let query: Int
    let document: Int
  }

  /// Calls a function with every judgment of a file, in order.
  static func forEach(
    of file: String, _ problems: inout Problems, _ body: (Judgment, inout Problems) -> Void
  ) throws(DatasetError) {
    var form: Form?
    var lines: [Pair: Int] = [:]
    var queries: OrderedSet<ExactText> = []
    var documents: OrderedSet<ExactText> = []
    var found = problems
    try TextLines.forEach(of: file) { (number, bytes) throws(DatasetError) in
      let columns = bytes.split(whereSeparator: TextLines.isBlank)
      if columns.first?.first == UInt8(ascii: "#") { return }
      let texts = columns.compactMap { String(validating: $0, as: UTF8.self) }
      guard texts.count == columns.count else {
        return found.add("expected UTF-8 text, found other bytes; convert the file to UTF-8", line: number)
      }
      if form == nil {
        form = texts.count == 4 ? .four : .three
        if isHeader(texts) { return }
      }
      guard let form, let judgment = read(texts, form, line: number, &found) else { return }
      let pair = Pair(
        query: queries.append(ExactText(judgment.query)).index,
        document: documents.append(ExactText(judgment.document)).index)
      if let earlier = lines.updateValue(number, forKey: pair) {
        lines[pair] = earlier
        return found.add(
          "document \"\(judgment.document)\" is judged twice for query \"\(judgment.query)\" (first in line \(earlier)); "
            + "keep one of the lines", line: number)
      }
      body(judgment, &found)
    }
    if found.count == 0 && lines.isEmpty {
      found.add("expected judgments (query document grade), found none; check that the file is complete")
    }
    problems = found
  }

  private static func read(_ texts: [String], _ form: Form, line: Int, _ problems: inout Problems) -> Judgment? {
    guard texts.count == form.columns else {
      let count = texts.count == 1 ? "1 column" : "\(texts.count) columns"
      problems.add("expected \(form.description), found \(count); write all, separated by tabs", line: line)
      return nil
    }
    let last = texts[form.columns - 1]
    guard let grade = Int(last), (-largestGrade...largestGrade).contains(grade) else {
      problems.add(
        "expected an integer between -\(largestGrade) and \(largestGrade) as grade, found \"\(last)\"; write for example 1",
        line: line)
      return nil
    }
    return Judgment(line: line, query: texts[0], document: texts[form.columns - 2], grade: grade)
  }

  /// Grades stay small enough that sums of gains are exact enough and counts by grade stay cheap in any reader.
  private static let largestGrade = 1_000_000

  /// True if a first line names the columns of BEIR's form.
  private static func isHeader(_ texts: [String]) -> Bool {
    guard texts.count == 3 else { return false }
    let names = texts.map { name in String(name.lowercased().map { $0 == "_" ? "-" : $0 }) }
    return ["query-id", "qid", "query"].contains(names[0])
      && ["corpus-id", "doc-id", "docid", "document-id", "document"].contains(names[1])
      && ["score", "relevance", "rel", "label", "grade"].contains(names[2])
  }
}
