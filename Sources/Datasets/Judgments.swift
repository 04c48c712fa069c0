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
/// A grade is an integer (`1`, or `1.0`): 1 and above is relevant, 0 is not, below 0 counts as not judged. The same judgment
/// may stand there more than once and counts once.
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
  /// What is unusual about the file and was read all the same, each as a warning for the user.
  public private(set) var warnings: [String] = []
  private var queries: OrderedSet<ExactText> = []

  /// Reads a file of judgments.
  ///
  /// - Parameter file: The path, or "-" for standard input.
  /// - Throws: `DatasetError` with the problems of all lines: another number of columns, a grade that is no integer,
  ///   a document with two grades for a query, a column of row numbers; or nothing in the file.
  public init(file: String) throws(DatasetError) {
    self.init()
    var problems = Problems(file: file)
    var judgments = Judgments()
    try JudgmentLines.forEach(of: file, &problems) { judgment, _ in judgments.append(judgment) }
    try problems.throwIfAny()
    judgments.warnings = problems.warnings
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
