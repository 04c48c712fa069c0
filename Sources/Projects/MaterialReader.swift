import Datasets
import Files
import Words

/// Reads the user's files into one ``Material``, and says what was taken from each.
struct MaterialReader {
  private let wishes: ColumnWishes
  private let corpus: DocumentFile?
  private(set) var material = Material()
  /// Lines that tell the user what was taken from each file.
  private(set) var lines: [String] = []
  /// Sentences about what is unusual in the files, for the user.
  private(set) var warnings: [String] = []

  /// - Parameter corpus: A file with the documents that identifiers mean, and with those that no row names.
  init(_ wishes: ColumnWishes, corpus: String?) throws {
    self.wishes = wishes
    self.corpus = try corpus.map { try DocumentFile($0) }
    if let corpus = self.corpus {
      add(corpus.documents)
      lines.append("\(corpus.path): \(NumberText.counted(corpus.documents.count, "document"))")
      warnings += corpus.warnings
    }
  }

  /// Reads a file of rows, or a folder in BEIR's layout.
  mutating func read(_ path: String) throws {
    if Files.isFolder(path) { try readCollection(path) } else { try readRows(path) }
  }

  /// The material of everything that was read.
  ///
  /// - Throws: `ProjectError` where nothing can be learnt from it.
  mutating func finish() throws -> Material {
    let judged = material.judgments.count
    material.removeUnanswered()
    if material.judgments.isEmpty {
      throw ProjectError(
        .badData,
        judged > 0
          ? "no row has a relevant document, all labels are 0; check the column of labels, or leave the labels out so that "
            + "every row is a pair that belongs together"
          : "no row has both a query and another text as its document; check the columns")
    }
    return material
  }

  /// Adds documents, and counts those with the text of another one.
  private mutating func add(_ documents: [Document]) {
    let before = material.documents.count
    for document in documents {
      _ = material.document(title: document.title, text: document.text, id: document.id)
    }
    material.census.repeated += documents.count - (material.documents.count - before)
  }

  // MARK: - Rows

  private mutating func readRows(_ path: String) throws {
    let file = try ColumnFile(path, isName: { ColumnNames.isKnown($0) })
    warnings += file.warnings
    let choice = try ColumnFinder(file, wishes, hasCorpus: corpus != nil).choice()
    let scale = try choice.label.map { try Self.scale(of: file, $0) }
    let takesIDs = areIDs(in: choice.document, of: file)
    describe(file, choice, scale, takesIDs: takesIDs)
    for row in file.rows {
      material.census.rows += 1
      let documents = row.texts(choice.document)
      let label = choice.label.flatMap { row.texts($0).first }.flatMap(LabelScale.number)
      guard let query = row.texts(choice.query).first, !documents.isEmpty, choice.label == nil || label != nil else {
        material.census.empty += 1
        continue
      }
      let title = choice.title.flatMap { row.texts($0).first } ?? ""
      let grade = scale.map { $0.grade(label ?? 0) } ?? 1
      for document in documents {
        let number: Int
        if takesIDs {
          guard let known = corpus?[document] else {
            material.census.unknown += 1
            continue
          }
          number = material.document(title: known.title, text: known.text)
        } else {
          number = material.document(title: title, text: document)
        }
        material.judge(material.query(query), number, grade: grade)
      }
    }
  }

  /// True if at least half of the cells of a column are identifiers of the corpus.
  private func areIDs(in column: Int, of file: ColumnFile) -> Bool {
    guard let corpus else { return false }
    let cells = file.rows.flatMap { $0.texts(column) }
    return cells.count { corpus[$0] != nil } * 2 >= max(1, cells.count)
  }

  private static func scale(of file: ColumnFile, _ column: Int) throws -> LabelScale {
    var labels: [Double] = []
    for row in file.rows {
      for text in row.texts(column) {
        guard let number = LabelScale.number(text) else {
          throw ProjectError(
            .badData,
            "\(file.path):\(row.line): expected a number as label in \"\(file.columns[column])\", found "
              + "\"\(text.shortened)\"; write a number, or name another column with --label-column")
        }
        labels.append(number)
      }
    }
    return LabelScale(labels, column: file.columns[column])
  }

  private mutating func describe(_ file: ColumnFile, _ choice: ColumnChoice, _ scale: LabelScale?, takesIDs: Bool) {
    lines.append(
      "\(file.path): \(file.form.joined(separator: ", ")); \(NumberText.counted(file.rows.count, "row"))")
    func example(_ column: Int) -> String {
      file.rows.lazy.flatMap { $0.texts(column) }.first.map { "  e.g. \"\($0.shortened)\"" } ?? ""
    }
    func add(_ role: String, _ column: Int, _ note: String) {
      let padding = String(repeating: " ", count: max(0, 9 - role.count))
      lines.append("  \(role)\(padding) \"\(file.columns[column].shortened)\"\(note)")
    }
    add("query", choice.query, example(choice.query))
    add("document", choice.document, takesIDs ? "  identifiers of the corpus" : example(choice.document))
    if let title = choice.title { add("title", title, example(title)) }
    if let label = choice.label, let scale { add("label", label, "  \(scale.rule)") }
    let used = [choice.query, choice.document, choice.title, choice.label]
    let others = file.columns.indices.filter { !used.contains($0) }.map { "\"\(file.columns[$0].shortened)\"" }
    if !others.isEmpty {
      lines.append(
        "  not used  " + others.prefix(10).joined(separator: ", ")
          + (others.count > 10 ? " and \(others.count - 10) more" : ""))
    }
    if let remark = choice.remark { warnings.append("\(file.path): \(remark)") }
  }

  // MARK: - Collections

  /// Takes a collection in: its documents, and the judgments of all its splits.
  private mutating func readCollection(_ folder: String) throws {
    guard Files.exists(Files.join(folder, "corpus.jsonl")) else {
      throw ProjectError(
        .badData,
        "\(folder): expected a file of rows or a folder in BEIR's layout, found a folder without corpus.jsonl; name a file "
          + "(.csv, .tsv, .jsonl) or such a folder")
    }
    let collection = try Collection(folder: folder)
    warnings += collection.warnings
    guard !collection.splits.isEmpty else {
      throw ProjectError(
        .badData, "\(folder): expected judgments, qrels/NAME.tsv, found none; add them, or name a file of rows")
    }
    add(collection.corpus.documents.filter { !$0.isBlank })
    for split in collection.splits {
      for topic in try collection.judgments(split: split).topics {
        for (id, grade) in topic.grades {
          material.census.rows += 1
          guard let query = collection.queries[topic.query], let document = collection.corpus[id] else {
            material.census.unknown += 1
            continue
          }
          if query.text.isBlank || document.isBlank {
            material.census.empty += 1
            continue
          }
          material.judge(
            material.query(query.text, id: query.id),
            material.document(title: document.title, text: document.text), grade: max(0, grade))
        }
      }
    }
    let splits = collection.splits.joined(separator: ", ")
    lines.append(
      "\(folder): a folder in BEIR's layout; \(NumberText.counted(collection.corpus.documents.count, "document")), "
        + NumberText.counted(collection.queries.queries.count, "query", plural: "queries")
        + "; its judgments (\(splits)) are joined and split anew")
  }
}
