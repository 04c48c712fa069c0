import Files
import JSONText
import OrderedCollections
import Words

/// A file of rows as columns of texts, whatever their names are: `.csv`, `.tsv`, or JSON objects in `.jsonl` or `.json`.
///
/// Tables are read as ``TableDialect`` has it, with any separator that gives the rows the same number of fields, with a header
/// or without one. Of JSON objects, members of inner objects are columns too (`answer.text`), and a list is several texts.
package struct ColumnFile: Sendable {
  /// One row: the texts of each column.
  package struct Row: Sendable {
    /// The line on which it starts.
    package let line: Int
    fileprivate let cells: [[String]]

    /// The texts of a column that are not blank; several where a JSON list has as many.
    package func texts(_ column: Int) -> [String] {
      column < cells.count ? cells[column].filter { !$0.isBlank } : []
    }
  }

  /// The path.
  package let path: String
  /// The names of the columns; "column 1" and so on where there is no header.
  package let columns: [String]
  /// The rows in the order of the file.
  package let rows: [Row]
  /// The form of the file in words, each a phrase: "semicolons between the columns", "a header", "a byte order mark".
  package private(set) var form: [String]
  /// Sentences about what is unusual in the file, each a warning for the user.
  package let warnings: [String]

  /// More columns than any table of texts has.
  private static let mostColumns = 1000

  /// Reads a file.
  ///
  /// - Parameter isName: True for a name that a column of interest may have; it decides if a first line is a header.
  /// - Throws: `DatasetError` for text that is no table, for rows of another number of fields, or for no rows.
  package init(_ path: String, isName: (String) -> Bool) throws(DatasetError) {
    self.path = path
    var problems = Problems(file: path)
    let name = path.lowercased()
    let isJSON = name.hasSuffix(".json") || name.hasSuffix(".ndjson")
    if let table = isJSON ? nil : try TrainingRows.tableForm(of: path) {
      (columns, rows, form) = try Self.table(path, table, isName, &problems)
    } else {
      (columns, rows) = try Self.objects(path, &problems)
      form = [isJSON ? "JSON objects" : "JSON lines"]
    }
    if Self.hasByteOrderMark(path) { form.append("a byte order mark") }
    if problems.count == 0 && rows.isEmpty {
      problems.add("expected rows, found none; check that the file is complete")
    }
    try problems.throwIfAny()
    warnings = problems.warnings
  }

  // MARK: - Tables

  private static func table(
    _ path: String, _ form: Table.Form, _ isName: (String) -> Bool, _ problems: inout Problems
  ) throws(DatasetError) -> (columns: [String], rows: [Row], form: [String]) {
    let separator = try TableDialect.likeliestSeparator(of: path, form)
    let dialect = try TableDialect(of: path, form, separator: separator)
    dialect.warnings.forEach { problems.warn($0) }
    var records: [(fields: [String], line: Int)] = []
    try dialect.forEachRow(of: path, &problems) { fields, line, _ in
      if !fields.allSatisfy(\.isBlank) { records.append((fields, line)) }
    }
    let phrase = separator == nil ? "one column" : "\(dialect.separator.plural) between the columns"
    guard let first = records.first else { return ([], [], [phrase]) }
    var width = first.fields.count
    while width > 1
      && records.allSatisfy({ $0.fields.count < width || $0.fields[(width - 1)...].allSatisfy(\.isBlank) })
    {
      width -= 1
    }
    let hasHeader = isHeader(first.fields, over: records.dropFirst(), isName)
    for record in records where record.fields.count < width || !record.fields[width...].allSatisfy(\.isBlank) {
      problems.add(
        "expected \(NumberText.counted(width, "field")), as in the first row, found \(record.fields.count); "
          + dialect.fieldRemedy, line: record.line)
    }
    let rows = records.dropFirst(hasHeader ? 1 : 0).map { record in
      Row(line: record.line, cells: record.fields.prefix(width).map { [$0] })
    }
    return (
      names(hasHeader ? Array(first.fields.prefix(width)) : Array(repeating: "", count: width)), rows,
      [phrase, hasHeader ? "a header" : "no header"]
    )
  }

  /// True if a first row names the columns: one of its fields is a known name, or all are short words without numbers.
  private static func isHeader(
    _ fields: [String], over rows: ArraySlice<(fields: [String], line: Int)>, _ isName: (String) -> Bool
  ) -> Bool {
    if fields.contains(where: isName) { return true }
    let isWords = fields.allSatisfy { field in
      let text = field.trimmed
      return text.utf8.count <= 40 && text.split(separator: " ").count <= 3 && Double(text) == nil
        && !text.unicodeScalars.contains { ".?!,:".unicodeScalars.contains($0) }
    }
    let sample = rows.prefix(100).flatMap(\.fields)
    guard isWords, !sample.isEmpty else { return false }
    // Names are shorter than what stands under them.
    let mean = Double(sample.reduce(0) { $0 + $1.utf8.count }) / Double(sample.count)
    return Double(fields.reduce(0) { $0 + $1.utf8.count }) / Double(fields.count) < mean / 2
  }

  /// Names of columns, each different from the others.
  private static func names(_ fields: [String]) -> [String] {
    var seen: Set<ExactText> = []
    return fields.enumerated().map { index, field in
      let plain = String(String.UnicodeScalarView(field.unicodeScalars.filter { $0 != "\u{FEFF}" })).trimmed
      let name = plain.isEmpty || !seen.insert(ExactText(plain)).inserted ? "column \(index + 1)" : plain
      seen.insert(ExactText(name))
      return name
    }
  }

  private static func hasByteOrderMark(_ path: String) -> Bool {
    guard let file = try? RandomAccessFile(path), let bytes = try? file.read(at: 0, count: min(3, file.size)) else {
      return false
    }
    return Array(bytes) == [0xEF, 0xBB, 0xBF]
  }

  // MARK: - JSON

  private static func objects(
    _ path: String, _ problems: inout Problems
  ) throws(DatasetError) -> (columns: [String], rows: [Row]) {
    var names: OrderedSet<ExactText> = []
    var rows: [Row] = []
    try JSONObjects.forEach(of: path, &problems) { line, object, problems in
      var cells: [[String]] = []
      add(object, "", &names, &cells)
      rows.append(Row(line: line, cells: cells))
    }
    if names.count > mostColumns {
      problems.add("expected at most \(mostColumns) names in all objects, found more; write one object a row")
    }
    return (names.map(\.text), rows)
  }

  /// Adds the members of an object, those of inner objects under both names.
  private static func add(
    _ object: JSONObject, _ prefix: String, _ names: inout OrderedSet<ExactText>, _ cells: inout [[String]]
  ) {
    for (name, value) in object.members {
      if let inner = value.objectValue {
        add(inner, prefix + name + ".", &names, &cells)
        continue
      }
      if names.count > mostColumns { return }
      let column = names.append(ExactText(prefix + name)).index
      while cells.count <= column { cells.append([]) }
      cells[column] += (value.arrayValue ?? [value]).compactMap(text)
    }
  }

  private static func text(_ value: JSONValue) -> String? {
    switch value {
    case .string(let text), .number(let text): text
    case .bool(let value): value ? "true" : "false"
    case .null, .array, .object: nil
    }
  }
}
