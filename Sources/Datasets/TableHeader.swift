import Words

/// The names of a table's columns, and the cells of its rows under them.
///
/// White space around a name does not count, and a known name may be written with capitals. A column without a name is left out
/// where it is empty, or where it is the first and numbers the rows, as data frames write their index.
struct TableHeader {
  /// The names as they are read; empty for a column without one.
  private let columns: [String]
  private let line: Int
  /// Names that are read as others.
  private var renamed: [(given: String, name: String)] = []
  /// Columns without a name, and the line of the first text that one of them has against the rules.
  private let nameless: Set<Int>
  private var strayed: (column: Int, line: Int)?
  private var hasIndex = false
  /// The rows with empty cells behind the last column, and the line of the first.
  private var longer: (count: Int, line: Int)?

  init(_ fields: [String], line: Int) {
    self.line = line
    var names: [String] = []
    for field in fields {
      let trimmed = String(String.UnicodeScalarView(field.unicodeScalars.filter { $0 != "\u{FEFF}" })).trimmed
      let lower = trimmed.lowercased()
      let name = RowFamily.isKnown(lower) ? lower : trimmed
      if name != trimmed { renamed.append((trimmed, name)) }
      names.append(name)
    }
    nameless = Set(names.indices.filter { names[$0].isEmpty })
    columns = names
  }

  /// The names of the columns that have one.
  var names: [String] { columns.filter { !$0.isEmpty } }

  /// Notes a name that occurs twice; false if the header cannot be used.
  func check(_ problems: inout Problems) -> Bool {
    var seen: Set<ExactText> = []
    for name in names where !seen.insert(ExactText(name)).inserted {
      problems.add("expected every column once, found \"\(name)\" twice in the header; rename one", line: line)
      return false
    }
    return true
  }

  /// The cells of a row that are not empty, with the names of their columns; nil after noting a problem.
  mutating func cells(
    of fields: [String], line: Int, _ dialect: TableDialect, _ problems: inout Problems
  ) -> [(name: String, cell: String)]? {
    guard fields.count >= columns.count, fields[columns.count...].allSatisfy(\.isBlank) else {
      problems.add(
        "expected \(NumberText.counted(columns.count, "field")), as in the header, found "
          + "\(fields.count); \(dialect.fieldRemedy)", line: line)
      return nil
    }
    if fields.count > columns.count { longer = ((longer?.count ?? 0) + 1, longer?.line ?? line) }
    for column in nameless where !fields[column].isBlank {
      if column == 0 && Int(fields[column].trimmed) != nil {
        hasIndex = true
      } else {
        strayed = strayed ?? (column, line)
      }
    }
    return zip(columns, fields).compactMap { name, cell in
      name.isEmpty || cell.isEmpty ? nil : (name: name, cell: cell)
    }
  }

  /// Says how the header was read, once all rows are.
  func finish(_ problems: inout Problems) {
    if let strayed {
      problems.add(
        "expected a name for every column, found none for column \(strayed.column + 1), which has text in line "
          + "\(strayed.line); name it or remove it", line: line)
    }
    if let first = renamed.first {
      let others = renamed.count > 1 ? " (and \(renamed.count - 1) more so)" : ""
      problems.warn("the column \"\(first.given)\" is read as \"\(first.name)\"\(others)")
    }
    if hasIndex { problems.warn("the first column has no name and numbers the rows; it is left out") }
    if let longer {
      problems.warn(
        "\(NumberText.counted(longer.count, "row")) \(longer.count == 1 ? "has" : "have") empty fields behind the last column, "
          + "the first in line \(longer.line); they are left out")
    }
  }
}
