import Datasets
import Files
import Words

/// A file of documents beside the rows: a corpus in BEIR's layout, or a table of texts with or without identifiers.
struct DocumentFile {
  let path: String
  let documents: [Document]
  let warnings: [String]
  private let numbers: [ExactText: Int]

  /// - Throws: `ProjectError` where no column can be told to hold the texts.
  init(_ path: String) throws {
    self.path = path
    let file = try ColumnFile(path, isName: { ColumnNames.isKnown($0) })
    func column(_ names: [String]) -> Int? {
      names.lazy.compactMap { name in file.columns.firstIndex { ColumnNames.plain($0) == name } }.first
    }
    let id = column(ColumnNames.corpusIDs)
    let title = column(ColumnNames.titles)
    let named = column(ColumnNames.bodies + ColumnNames.documents)
    guard let text = named ?? title ?? (file.columns.count == 1 ? 0 : nil) else {
      let names = file.columns.prefix(30).map { "\"\($0.shortened)\"" }.joined(separator: ", ")
      throw ProjectError(
        .badData,
        "\(path): expected documents with a column \"text\", and \"_id\" and \"title\" if there are any, found the columns "
          + "\(names); rename them")
    }
    var documents: [Document] = []
    var numbers: [ExactText: Int] = [:]
    for row in file.rows {
      let body = row.texts(text).joined(separator: " ")
      let heading = text == title ? "" : title.flatMap { row.texts($0).first } ?? ""
      let document = Document(id: id.flatMap { row.texts($0).first } ?? "", title: heading, text: body)
      if document.isBlank { continue }
      if numbers[ExactText(document.id)] == nil { numbers[ExactText(document.id)] = documents.count }
      documents.append(document)
    }
    (self.documents, self.numbers, warnings) = (documents, numbers, file.warnings)
  }

  /// The document of an identifier, or nil.
  subscript(id: String) -> Document? { numbers[ExactText(id.trimmed)].map { documents[$0] } }
}
