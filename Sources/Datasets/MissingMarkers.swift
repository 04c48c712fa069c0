import OrderedCollections
import Words

/// Cells of a table's texts that hold what data frames and spreadsheets write for a missing value.
///
/// One such cell of a column may be meant, as a query for "null" is, and is read with a warning. Several are an error, since
/// a model would learn the word as a text again and again.
struct MissingMarkers {
  private static let words: Set<String> = ["NaN", "nan", "NULL", "null", "None", "<NA>", "N/A", "#N/A"]

  /// The cells of each column, with the first of them.
  private var found: OrderedDictionary<String, (count: Int, word: String, line: Int)> = [:]

  /// True for a text that is such a word.
  static func isOne(_ text: String) -> Bool { text.utf8.count <= 32 && words.contains(text.trimmed) }

  /// Counts a cell.
  mutating func take(_ cell: String, of column: String, line: Int) {
    guard RowFamily.isText(column), Self.isOne(cell) else { return }
    let first = found[column]
    found[column] = ((first?.count ?? 0) + 1, first?.word ?? cell.trimmed, first?.line ?? line)
  }

  /// Says what was found, once all rows are read.
  func finish(_ problems: inout Problems) {
    for (column, cells) in found {
      if cells.count == 1 {
        problems.warn(
          "\(cells.word) in line \(cells.line) is read as the text of \"\(column)\", though data frames write so what is "
            + "missing; leave the cell empty, or remove the row, unless it is meant")
      } else {
        problems.add(
          "expected texts in \"\(column)\", found \(cells.word), as data frames write what is missing, in "
            + "\(NumberText.counted(cells.count, "cell")), this the first; leave such cells empty or remove the rows, or write .jsonl "
            + "where the word is meant", line: cells.line)
      }
    }
  }
}
