import Files
import JSONText
import Words

/// Writes training rows to a file that ``TrainingRows`` reads: `.jsonl`, or a table `.tsv` or `.csv` with a header.
///
/// In a table a list is one cell with JSON in it, but for the numbered negatives of sentence-transformers, which have a column each; where a
/// row has fewer than others its cells are empty.
public enum RowFile {
  /// Checks, before the work that makes them, that a file can hold some rows with other negatives.
  ///
  /// - Parameters:
  ///   - rows: The rows; their own negatives count where there are no others.
  ///   - path: The file; its name says what it can hold.
  ///   - negatives: The documents that may become negatives.
  ///   - promotes: True if they may become positives too.
  ///   - queries: The queries that identifiers mean where only these are written.
  /// - Throws: `DatasetError` with the documents and rows whose texts cannot stand in the file, or that lack an identifier or
  ///   have one that means another text.
  public static func check(
    _ rows: [TrainingRow], for path: String, as format: RowFormat, negatives: Corpus? = nil, promotes: Bool = false,
    queries: Queries? = nil
  ) throws(DatasetError) {
    let table = try TrainingRows.tableForm(of: path)
    var problems = Problems(file: path)
    func check(_ row: TrainingRow, _ place: String) {
      do throws(DatasetError) {
        let object = try format.object(of: row)
        guard let table else { return }
        if let objection = object.members.lazy.compactMap({ table.objection(to: $0.value.cell) }).first {
          problems.add("\(place) has \(objection)")
        }
      } catch {
        problems.add("\(place): \(error)")
      }
    }
    for (index, row) in rows.enumerated() {
      check(negatives == nil ? row : row.keepingNegatives([]), row.place(index))
      guard format == .identifiers else { continue }
      if let negatives, let id = row.positiveID, negatives.index(of: id) == nil {
        problems.add("\(row.place(index)) has a positive that the corpus lacks; write texts, not identifiers")
      }
      if let queries, let id = row.queryID, queries[id].map({ ExactText($0.text) }) != ExactText(row.query) {
        problems.add("\(row.place(index)) has another query than the collection; write texts, not identifiers")
      }
    }
    // A document of the corpus has an identifier, and a line of JSON holds every text.
    for document in table == nil ? [] : negatives?.documents ?? [] {
      let content = document.content
      check(
        TrainingRow(
          query: "q", queryID: "q", positive: promotes ? content : "p", positiveID: document.id, negatives: [content],
          negativeIDs: [document.id]), "document \"\(document.id)\"")
    }
    try problems.throwIfAny()
  }

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
    func write(_ cells: [String], _ place: () -> String) throws {
      if let objection = cells.lazy.compactMap(table.objection).first {
        throw DatasetError("\(path): \(place()) has \(objection)")
      }
      try file.write(Array((cells.map(table.field).joined(separator: table.separator) + "\n").utf8))
    }
    if !names.isEmpty { try write(names) { "the header" } }
    for (index, object) in objects.enumerated() {
      try write(names.map { object[$0]?.cell ?? "" }) { rows[index].place(index) }
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

extension TrainingRow {
  /// The row in words, for a message.
  fileprivate func place(_ index: Int) -> String {
    let names = [queryID.map { "query \"\($0)\"" }, positiveID.map { "positive \"\($0)\"" }].compactMap { $0 }
    return "row \(index + 1)" + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))")
  }
}

extension JSONValue {
  /// The value as a cell of a table: a string as it is, all else as JSON.
  fileprivate var cell: String { stringValue ?? text() }
}

extension Table.Form {
  fileprivate var separator: String { self == .tabs ? "\t" : "," }

  /// What a cell of this form cannot hold; nil where it holds the text.
  fileprivate func objection(to text: String) -> String? {
    if MissingMarkers.isOne(text) {
      return "\(text.trimmed) as a text, which stands for a missing value in a table; write .jsonl"
    }
    switch self {
    case .tabs:
      if QuotedFields.isUnmistakable(text) {
        return
          "a text in quotation marks with doubled ones inside, which readers of a .tsv file take out; write .csv or .jsonl"
      }
      return text.hasByte(of: "\t\n\r")
        ? "a text with a tab or a line break in it, which a .tsv file cannot hold; write .csv or .jsonl" : nil
    case .commas:
      return text.hasByte(of: "\r")
        ? "a text with a carriage return in it, which a .csv file does not keep; write .jsonl" : nil
    }
  }

  /// A cell as the file has it.
  fileprivate func field(_ text: String) -> String {
    if self == .tabs || !text.hasByte(of: "\",\n") && (text.isEmpty || !text.isBlank) { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

extension String {
  fileprivate func hasByte(of bytes: String) -> Bool { utf8.contains { bytes.utf8.contains($0) } }
}
