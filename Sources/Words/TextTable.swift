/// A table for a terminal or a log: columns padded with spaces, numbers to the right.
package struct TextTable: Sendable {
  /// The side on which the cells of a column line up.
  package enum Alignment: Sendable {
    case left
    case right
  }

  /// The names and alignments of the columns.
  package let columns: [(name: String, alignment: Alignment)]
  private var rows: [[String]] = []

  /// Makes an empty table.
  package init(_ columns: [(name: String, alignment: Alignment)]) {
    self.columns = columns
  }

  /// Adds a row; missing cells at the end are empty.
  package mutating func add(_ cells: [String]) {
    rows.append(cells)
  }

  /// The lines of the table, the header first, without spaces at their ends.
  package var lines: [String] {
    let all = [columns.map(\.name)] + rows
    var widths = columns.map { _ in 0 }
    for row in all {
      for (column, cell) in row.prefix(columns.count).enumerated() {
        widths[column] = max(widths[column], Self.width(cell))
      }
    }
    return all.map { row in
      var line = ""
      for column in columns.indices {
        let cell = column < row.count ? row[column] : ""
        let padding = String(repeating: " ", count: widths[column] - Self.width(cell))
        if column > 0 { line += "  " }
        line += columns[column].alignment == .left ? cell + padding : padding + cell
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }

  /// The whole table as text that ends with a line break.
  package var text: String {
    lines.map { $0 + "\n" }.joined()
  }

  /// The cells a text takes on a terminal; wide characters of East Asian scripts take two.
  package static func width(_ text: String) -> Int {
    text.reduce(0) { total, character in
      guard let scalar = character.unicodeScalars.first else { return total }
      let isWide: Bool =
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
          0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
          true
        default: false
        }
      return total + (isWide ? 2 : 1)
    }
  }
}
