import Pages
import Words

/// A table of a report that belongs to one program.
struct ReportTable: Sendable {
  var title: String
  var columns: [(name: String, alignment: TextTable.Alignment)]
  var rows: [[String]]
  /// An explanation below the table.
  var note: String
  /// Charts beside the table.
  var plots: [Plot] = []

  /// The table for a terminal, with its title above and its note below.
  var lines: [String] { [title] + bareLines + [note, ""] }

  /// The columns and rows for a terminal.
  var bareLines: [String] {
    var table = TextTable(columns)
    for row in rows { table.add(row) }
    return table.lines
  }
}
