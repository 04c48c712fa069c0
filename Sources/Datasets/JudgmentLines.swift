import OrderedCollections
import Words

/// The lines of a file of judgments.
enum JudgmentLines {
  /// One judgment.
  struct Judgment {
    let line: Int
    let query: String
    let document: String
    let grade: Int
  }

  /// Calls a function with every judgment of a file, in order, and once for those that stand there more than once.
  ///
  /// That some do is a warning among the problems' warnings.
  static func forEach(
    of file: String, _ problems: inout Problems, _ body: (Judgment, inout Problems) -> Void
  ) throws(DatasetError) {
    var form: Form?
    var known = KnownJudgments()
    var rowNumbers = RowNumberColumn()
    var found = problems
    let oddities = try TextLines.forEach(of: file) { (number, bytes) throws(DatasetError) in
      let columns = TRECColumns.split(bytes[...])
      if columns.first?.first == UInt8(ascii: "#") { return }
      if let fault = TRECColumns.fault(in: bytes[...]) { return found.add(fault, line: number) }
      if form == nil {
        form = columns.count == 4 ? .four : .three
        if isHeader(columns) { return }
      }
      guard let form, let judgment = read(columns, form, line: number, &found) else { return }
      if form == .four { rowNumbers.take(query: columns[0], iteration: columns[1]) }
      switch known.insert(judgment) {
      case .new: body(judgment, &found)
      case .repeated: break
      case .contradicted(let earlier):
        found.add(
          "document \"\(judgment.document)\" is judged twice for query \"\(judgment.query)\" (first in line \(earlier)); "
            + "keep one of the lines", line: number)
      }
    }
    oddities.forEach { found.warn($0) }
    if let example = rowNumbers.example {
      found.add(
        "expected query, iteration, document and grade, found a column that numbers the lines in front of others "
          + "(\(example) …); remove that column")
    }
    if found.count == 0 && known.isEmpty {
      found.add("expected judgments (query document grade), found none; check that the file is complete")
    }
    if found.count == 0, let repetition = known.repetition { found.warn(repetition) }
    problems = found
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

  private static func read(
    _ columns: [ArraySlice<UInt8>], _ form: Form, line: Int, _ problems: inout Problems
  ) -> Judgment? {
    guard columns.count == form.columns else {
      let count = columns.count == 1 ? "1 column" : "\(columns.count) columns"
      let remedy =
        columns.count < form.columns
        ? "write all, separated by tabs" : "remove the others, and white space in identifiers"
      problems.add("expected \(form.description), found \(count); \(remedy)", line: line)
      return nil
    }
    let texts = columns.map { String(decoding: $0, as: UTF8.self) }
    let last = form.columns - 1
    guard let grade = TRECColumns.integer(columns[last]), (-largestGrade...largestGrade).contains(grade) else {
      problems.add(
        "expected an integer between -\(largestGrade) and \(largestGrade) as grade, found \"\(texts[last].shortened)\"; "
          + "write for example 1", line: line)
      return nil
    }
    return Judgment(line: line, query: texts[0], document: texts[last - 1], grade: grade)
  }

  /// Grades stay small enough that sums of gains are exact enough and counts by grade stay cheap in any reader.
  private static let largestGrade = 1_000_000

  /// True if a first line names the columns, as in BEIR's form.
  private static func isHeader(_ columns: [ArraySlice<UInt8>]) -> Bool {
    guard (3...4).contains(columns.count) else { return false }
    let names = columns.map { name in
      String(String(decoding: name, as: UTF8.self).lowercased().map { $0 == "_" ? "-" : $0 })
    }
    return ["query-id", "qid", "query", "topic"].contains(names[0])
      && ["corpus-id", "doc-id", "docid", "docno", "document-id", "document"].contains(names[names.count - 2])
      && ["score", "relevance", "relevancy", "rel", "label", "grade"].contains(names[names.count - 1])
  }
}

/// The judgments of a file so far, to find those that stand there more than once.
private struct KnownJudgments {
  enum Insertion {
    case new
    /// The same judgment stands in an earlier line.
    case repeated
    /// An earlier line has another grade.
    case contradicted(line: Int)
  }

  private struct Pair: Hashable {
    let query: Int
    let document: Int
  }

  private var queries: OrderedSet<ExactText> = []
  private var documents: OrderedSet<ExactText> = []
  private var lines: [Pair: (line: Int, grade: Int)] = [:]
  private var repeated = 0
  private var first: (judgment: JudgmentLines.Judgment, earlier: Int)?

  var isEmpty: Bool { lines.isEmpty }

  /// The number of repeated judgments with the first as an example; nil if there is none.
  var repetition: String? {
    first.map { judgment, earlier in
      "\(NumberText.counted(repeated, "judgment")) \(repeated == 1 ? "stands" : "stand") there again with the same grade "
        + "(line \(judgment.line) says of query \"\(judgment.query)\" and document \"\(judgment.document)\" what line "
        + "\(earlier) says); each counts once"
    }
  }

  mutating func insert(_ judgment: JudgmentLines.Judgment) -> Insertion {
    let pair = Pair(
      query: queries.append(ExactText(judgment.query)).index,
      document: documents.append(ExactText(judgment.document)).index)
    guard let earlier = lines[pair] else {
      lines[pair] = (judgment.line, judgment.grade)
      return .new
    }
    if earlier.grade != judgment.grade { return .contradicted(line: earlier.line) }
    repeated += 1
    if first == nil { first = (judgment, earlier.line) }
    return .repeated
  }
}

/// Finds a column of row numbers, which data frames write in front of others: three columns become four, and the
/// numbers pass for queries, the queries for iterations.
private struct RowNumberColumn {
  private var latest = Int.min
  private var rises = true
  private var firstIteration: ArraySlice<UInt8>?
  private var iterationsDiffer = false
  private var firstLines: [String] = []

  /// The first lines, if the first column rises from line to line and the second, an iteration that nobody reads, differs.
  var example: String? { rises && iterationsDiffer ? firstLines.joined(separator: " …, ") : nil }

  mutating func take(query: ArraySlice<UInt8>, iteration: ArraySlice<UInt8>) {
    guard rises else { return }
    guard let number = TRECColumns.integer(query), number > latest else { return rises = false }
    latest = number
    if let firstIteration, firstIteration != iteration { iterationsDiffer = true }
    firstIteration = firstIteration ?? iteration
    if firstLines.count < 2 { firstLines.append("\(number) \(String(decoding: iteration, as: UTF8.self).shortened)") }
  }
}
