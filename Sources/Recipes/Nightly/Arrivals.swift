import Datasets
import Files
import JSONText
import Runs
import Words

/// The files of rows that are there in a night.
struct Arrivals {
  /// A file of rows, known by its content.
  struct File: Equatable, Sendable {
    /// The name in the folder of arrivals, or `qrels/SPLIT.tsv`.
    let name: String
    let path: String
    let sha256: String

    var json: JSONValue { ["file": JSONValue(name), "sha256": JSONValue(sha256)] }
  }

  /// A file that cannot be used, and why.
  struct Unreadable: Equatable, Sendable {
    let file: File
    /// The first problem, with file and line.
    let reason: String
  }

  /// The files that may be used, in the order of their names; judgments of a split come first.
  let files: [File]
  /// The files that were set aside in an earlier night.
  let setAside: [File]
  private let digests: InputDigests

  private static let endings = [".jsonl", ".tsv", ".csv"]

  /// Lists the files and reads their content once.
  init(_ section: ArrivalsSection, record: ArrivalRecord) throws {
    var paths: [(name: String, path: String)] = []
    if let judgments = section.judgments {
      paths.append((Files.join("qrels", Files.name(of: judgments)), judgments))
    }
    if let folder = section.folder {
      for name in try Files.list(folder) where !name.hasPrefix(".") && Self.endings.contains(where: name.hasSuffix) {
        let path = Files.join(folder, name)
        if !Files.isFolder(path) { paths.append((name, path)) }
      }
    }
    digests = try InputDigests(of: paths.map { .file($0.path) })
    let contents = Dictionary(digests.files.map { ($0.path, $0.sha256) }, uniquingKeysWith: { first, _ in first })
    let all = paths.map { File(name: $0.name, path: $0.path, sha256: contents[$0.path] ?? "") }
    files = all.filter { record.state(of: $0) != .setAside }
    setAside = all.filter { record.state(of: $0) == .setAside }
  }

  /// The rows of all files that can be read.
  struct Rows {
    var rows: [TrainingRow] = []
    /// The files that they come from.
    var files: [File] = []
    var unreadable: [Unreadable] = []
  }

  /// Reads the rows; a file that has a problem, or does not go with those before it, is left out whole.
  func read(_ section: ArrivalsSection, warn: (String) -> Void) throws -> Rows {
    let collection = try section.collection.map { try Collection(folder: $0) }
    var rows = Rows()
    var texts = KnownTexts()
    for file in files {
      do throws(DatasetError) {
        let read =
          if file.path == section.judgments, let collection, let split = section.split {
            try TrainingRows(collection: collection, split: split)
          } else {
            try TrainingRows(file: file.path, collection: collection)
          }
        if let objection = objection(to: read.rows, after: rows.rows, texts) {
          rows.unreadable.append(Unreadable(file: file, reason: "\(file.path): \(objection)"))
          continue
        }
        read.warnings.forEach(warn)
        texts.add(read.rows)
        rows.rows += read.rows
        rows.files.append(file)
      } catch {
        // A device that fails says nothing about the rows.
        guard error.kind == .badData else { throw error }
        rows.unreadable.append(Unreadable(file: file, reason: error.problems.first ?? error.description))
      }
    }
    try digests.confirm()
    return rows
  }

  /// What keeps rows from standing in one file with others, in words.
  private func objection(to rows: [TrainingRow], after others: [TrainingRow], _ texts: KnownTexts) -> String? {
    if let other = others.first, let row = rows.first, (row.label == nil) != (other.label == nil) {
      return "labelled pairs and rows of query and positive cannot be trained on together; give one of the two kinds"
    }
    return texts.conflict(with: rows)
  }
}

/// The texts of identifiers in rows, which have one text each.
private struct KnownTexts {
  private var queries: [ExactText: String] = [:]
  private var documents: [ExactText: String] = [:]

  mutating func add(_ rows: [TrainingRow]) {
    for row in rows {
      if let id = row.queryID { queries[ExactText(id)] = row.query }
      for (id, text) in Self.documents(of: row) { documents[ExactText(id)] = text }
    }
  }

  /// The first identifier that means another text already, in words.
  func conflict(with rows: [TrainingRow]) -> String? {
    func differs(_ known: String?, _ text: String) -> Bool { known.map { ExactText($0) != ExactText(text) } ?? false }
    for row in rows {
      if let id = row.queryID, differs(queries[ExactText(id)], row.query) {
        return "query \"\(id)\" has another text in an earlier file; correct the identifier"
      }
      for (id, text) in Self.documents(of: row) where differs(documents[ExactText(id)], text) {
        return "document \"\(id)\" has another text in an earlier file; correct the identifier"
      }
    }
    return nil
  }

  private static func documents(of row: TrainingRow) -> [(String, String)] {
    (row.positiveID.map { [($0, row.positive)] } ?? []) + Array(zip(row.negativeIDs, row.negatives))
  }
}
