/// Pairs of a query and a document, to be scored.
///
/// The file has an object a line with `query` and `document`, both of which may be empty. Other members are ignored.
public struct TextPairs: Sendable {
  /// The pairs in the order of the file.
  public let pairs: [(query: String, document: String)]
  /// What is unusual about the file and was read all the same, each as a warning for the user.
  public let warnings: [String]

  /// Reads a file of pairs.
  ///
  /// - Parameter file: The path, or "-" for standard input.
  /// - Throws: `DatasetError` with the problems of all lines: members that are missing or of another type, lines that are no
  ///   JSON objects. A file without lines is no error: it has no pairs.
  public init(file: String) throws(DatasetError) {
    var problems = Problems(file: file == "-" ? "standard input" : file)
    var pairs: [(query: String, document: String)] = []
    try JSONObjects.forEach(of: file, &problems) { line, object, problems in
      let record = Record(line: line, object: object)
      let query = record.textOrNothing("query", &problems)
      let document = record.textOrNothing("document", &problems)
      if let query, let document { pairs.append((query, document)) }
    }
    try problems.throwIfAny()
    self.pairs = pairs
    warnings = problems.warnings
  }
}
