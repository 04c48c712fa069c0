import Words

/// A table in a report that only one recipe has.
struct ReportTable: Sendable {
  var title: String
  var columns: [(name: String, alignment: TextTable.Alignment)]
  var rows: [[String]]
  /// What a reader must know to read it right.
  var note: String

  /// The table for a terminal, with its title above and its note below.
  var lines: [String] {
    var table = TextTable(columns)
    for row in rows { table.add(row) }
    return [title] + table.lines + [note, ""]
  }
}
