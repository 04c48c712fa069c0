import JSONText
import Words

/// Files of rows under a header: `.tsv` and `.csv`, in the ways in which spreadsheets and data frames write them (``TableDialect``).
///
/// A line break inside a quoted field comes out as "\n", however the file writes it. Rows without any text are passed over.
struct Table {
  /// The two ways in which fields stand in a line, by the file's name.
  enum Form {
    case tabs
    case commas
  }

  let form: Form

  /// Calls a function with every row as a record: a cell becomes a string, an empty one nothing.
  ///
  /// What is unusual about the file and still has one meaning is read, with a warning among the problems' warnings.
  ///
  /// - Parameter header: Takes the header, before the first row; false ends the reading.
  func forEachRecord(
    of file: String, _ problems: inout Problems,
    header: (_ names: [String], _ line: Int, _ problems: inout Problems) -> Bool,
    _ body: (Record, inout Problems) -> Void
  ) throws(DatasetError) {
    let dialect = try TableDialect(of: file, form)
    var found = problems
    dialect.warnings.forEach { found.warn($0) }
    var columns: TableHeader?
    var numbers = DecimalCommas(areRead: dialect.separator == .semicolon)
    var isUsable = true
    try dialect.forEachRow(of: file, &found) { (fields, line, found) in
      guard isUsable else { return }
      if fields.allSatisfy(\.isBlank) { return }
      guard var header = columns else {
        let made = TableHeader(fields, line: line)
        columns = made
        isUsable = made.check(&found) && header(made.names, line, &found)
        return
      }
      if let cells = header.cells(of: fields, line: line, dialect, &found) {
        let members = cells.map { name, cell in
          (name: name, value: JSONValue.string(numbers.isNumeric(name) ? numbers.read(cell, line: line) : cell))
        }
        body(Record(line: line, object: JSONObject(members), memberWord: "column", columns: header.names), &found)
      }
      columns = header
    }
    if found.count == 0 && columns == nil {
      found.add("expected a header that names the columns, found nothing; add one")
    }
    columns?.finish(&found)
    numbers.finish(&found)
    problems = found
  }
}
