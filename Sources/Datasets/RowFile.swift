import Files
import JSONText
import Words

/// Writes training rows to a file that ``TrainingRows`` reads: `.jsonl`, or a table `.tsv` or `.csv` with a header.
///
/// In a table a list is one cell with JSON in it, but for the numbered negatives of sentence-transformers, which have a column each; where a
/// row has fewer than others its cells are empty.
public enum RowFile {
  /// Writes the rows in their order, durably and all at once.
  ///
  /// - Throws: `DatasetError` when the form needs identifiers that a row has not, or when a text cannot stand in the table;
  ///   `FileError` when the file cannot be written.
  public static func write(_ rows: [TrainingRow], to path: String, as format: RowFormat) throws {
    let table = try TrainingRows.tableForm(of: path)
    let file = try DurableFile(path)
    guard let table else {
      for row in rows { try file.write(Array((JSONValue.object(format.object(of: row)).text() + "\n").utf8)) }
      return try file.commit()
    }
    let objects = try rows.map { try format.object(of: $0) }
    let names = Self.columns(of: objects)
    func write(_ cells: [String], row: Int) throws {
      let line = try cells.map { try table.field($0, row: row) }.joined(separator: table.separator)
      try file.write(Array((line + "\n").utf8))
    }
    if !names.isEmpty { try write(names, row: 0) }
    for (index, object) in objects.enumerated() {
      try write(names.map { name in object[name].map { $0.stringValue ?? $0.text() } ?? "" }, row: index + 1)
    }
    try file.commit()
  }

  /// The names that any row has: the numbered negatives together and scores last, however short the first row is.
  private static func columns(of objects: [JSONObject]) -> [String] {
    var seen: Set<ExactText> = []
    let names = objects.flatMap { $0.members.map(\.name) }.filter { seen.insert(ExactText($0)).inserted }
    let numbered = names.filter { RowFamily.negativeNumber($0) != nil }
    let others = names.filter { RowFamily.negativeNumber($0) == nil && $0 != "scores" }
    return others + numbered + names.filter { $0 == "scores" }
  }
}

extension Table.Form {
  fileprivate var separator: String { self == .tabs ? "\t" : "," }

  /// A cell as the file has it.
  fileprivate func field(_ text: String, row: Int) throws(DatasetError) -> String {
    func contains(_ characters: String) -> Bool { text.utf8.contains { characters.utf8.contains($0) } }
    switch self {
    case .tabs:
      if !contains("\t\n\r") { return text }
      throw DatasetError(
        "row \(row) has a text with a tab or a line break in it, which a .tsv file cannot hold; write .csv or .jsonl")
    case .commas:
      if contains("\r") {
        throw DatasetError(
          "row \(row) has a text with a carriage return in it, which a .csv file does not keep; write .jsonl")
      }
      return contains("\",\n") || text.isEmpty == false && text.isBlank
        ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : text
    }
  }
}
