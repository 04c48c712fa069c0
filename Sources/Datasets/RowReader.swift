import JSONText
import Words

/// Turns records into training rows and keeps a file to one family of names.
struct RowReader {
  private let collection: Collection?
  private(set) var rows: [TrainingRow] = []
  /// What was left out or replaced in the rows.
  private(set) var remarks = Remarks()
  private var identifiers: IdentifierTexts
  private var missing = MissingMarkers()
  /// The family of the file, the line that showed it, and whether rows of it can be read here.
  private var family: (kind: RowFamily, line: Int, isUsable: Bool)?

  /// - Parameters:
  ///   - collection: The texts of rows by identifier.
  ///   - corpus: The documents that identifiers mean.
  init(collection: Collection?, corpus: Corpus?) {
    self.collection = collection
    identifiers = IdentifierTexts(corpus: corpus)
  }

  /// Takes the header of a table; false when its rows cannot be read.
  mutating func takeHeader(_ names: [String], line: Int, _ problems: inout Problems) -> Bool {
    guard let kind = RowFamily.of(names) else {
      addUnknownFamily(names, line, &problems)
      return false
    }
    family = (kind, line, true)
    let missing = kind.required.filter { !names.contains($0) }
    for name in missing {
      problems.add("expected \(kind.description), found no column \"\(name)\"; add it", line: line)
    }
    let objections = names.compactMap(kind.objection)
    for objection in objections { problems.add(objection, line: line) }
    if kind.isLabelled && !names.contains("score") && !names.contains("label") {
      problems.add("expected a column \"score\" or \"label\" beside the texts, found neither; add it", line: line)
      return false
    }
    return missing.isEmpty && objections.isEmpty && canUse(kind, line, &problems)
  }

  /// Takes a record in as one row or several.
  mutating func take(_ record: Record, _ problems: inout Problems) {
    let isTable = record.memberWord == "column"
    if !isTable {
      let names = record.names
      guard let kind = RowFamily.of(names) else { return addUnknownFamily(names, record.line, &problems) }
      if let family, family.kind != kind {
        return problems.add(
          "expected \(family.kind.description), as in line \(family.line), found \(kind.description); "
            + "keep to one family of names", line: record.line)
      }
      if family == nil { family = (kind, record.line, canUse(kind, record.line, &problems)) }
      let objections = names.compactMap(kind.objection)
      for objection in objections { problems.add(objection, line: record.line) }
      if !objections.isEmpty { return }
    }
    guard let family, family.isUsable else { return }
    let before = problems.count
    if isTable {
      for (name, value) in record.object.members {
        if let cell = value.stringValue { missing.take(cell, of: name, line: record.line) }
      }
    }
    guard let record = isTable ? record.withListsRead(&problems) : record else { return }
    let read: [TrainingRow]? =
      switch family.kind {
      case .texts: textRow(record, query: "query", &problems).map { [$0] }
      case .anchors: textRow(record, query: "anchor", &problems).map { [$0] }
      case .identifiers: identifierRow(record, &problems).map { [$0] }
      case .lists: listRows(record, &problems)
      case .documents, .sentences: labelledRow(record, family.kind, &problems).map { [$0] }
      }
    if problems.count == before, let read { add(read, line: record.line, &problems) }
  }

  /// Says what was unusual about the rows, once all are read.
  func finish(_ problems: inout Problems) { missing.finish(&problems) }

  /// Adds the rows of a line, which have the same negatives: with the texts that identifiers mean and without blank negatives.
  private mutating func add(_ read: [TrainingRow], line: Int, _ problems: inout Problems) {
    guard let first = read.first else { return }
    let kept = first.negatives.indices.filter { !first.negatives[$0].isBlank }
    for _ in 0..<(first.negatives.count - kept.count) { remarks.add(.blankNegative, example: "in line \(line)") }
    for row in read {
      var row = kept.count == row.negatives.count ? row : row.keepingNegatives(kept)
      identifiers.settle(&row, line: line, &remarks, &problems)
      rows.append(row)
    }
  }

  // MARK: - Families

  private func textRow(_ record: Record, query: String, _ problems: inout Problems) -> TrainingRow? {
    let texts = (record.text(query, &problems), record.text("positive", &problems))
    guard case (let query?, let positive?) = texts, let negatives = negatives(record, &problems),
      let negativeIDs = record.identifiers("negative_ids", &problems),
      let scores = scores(record, negatives: negatives.count, &problems)
    else { return nil }
    guard negativeIDs.isEmpty || negativeIDs.count == negatives.count else {
      problems.add(
        "expected one identifier per negative in \"negative_ids\": \(negatives.count), found \(negativeIDs.count); "
          + "give as many or none", line: record.line)
      return nil
    }
    var row = TrainingRow(
      query: query, positive: positive, negatives: negatives, negativeIDs: negativeIDs, scores: scores)
    if record.value("query_id") != nil { row.queryID = record.identifier("query_id", &problems) }
    if record.value("positive_id") != nil { row.positiveID = record.identifier("positive_id", &problems) }
    return row
  }

  /// The negatives of a row: from the list, or from `negative`, `negative_1` … in the order of their numbers.
  private func negatives(_ record: Record, _ problems: inout Problems) -> [String]? {
    let numbered = record.names
      .compactMap { name in RowFamily.negativeNumber(name).map { (name: name, number: $0) } }
      .sorted { $0.number < $1.number }
    guard let first = numbered.first else { return record.texts("negatives", mayBeBlank: true, &problems) }
    if record.value("negatives") != nil {
      problems.add(
        "expected \"negatives\" or \"\(first.name)\", found both; put all negatives in one of them", line: record.line)
      return nil
    }
    let texts = numbered.map { record.textOrNothing($0.name, &problems) }
    return texts.contains(nil) ? nil : texts.compactMap { $0 }
  }

  /// A teacher's scores, `.some(nil)` when there are none.
  private func scores(_ record: Record, negatives: Int, _ problems: inout Problems) -> [Float]?? {
    guard let scores = record.numbers("scores", &problems) else { return nil }
    if let scores, scores.count != negatives + 1 {
      problems.add(
        "expected \(negatives + 1) \"scores\", of the positive and of \(negatives) negatives, found \(scores.count); "
          + "give one per text", line: record.line)
      return nil
    }
    return .some(scores)
  }

  private func identifierRow(_ record: Record, _ problems: inout Problems) -> TrainingRow? {
    guard let collection else { return nil }
    let ids = (record.identifier("query_id", &problems), record.identifier("positive_id", &problems))
    guard case (let queryID?, let positiveID?) = ids,
      let negativeIDs = record.identifiers("negative_ids", &problems),
      let scores = scores(record, negatives: negativeIDs.count, &problems)
    else { return nil }
    let texts = CollectionTexts(collection, line: record.line)
    let found = (texts.query(queryID, &problems), texts.document(positiveID, &problems))
    let negatives = negativeIDs.compactMap { texts.document($0, mayBeBlank: true, &problems) }
    guard case (let query?, let positive?) = found, negatives.count == negativeIDs.count else { return nil }
    return TrainingRow(
      query: query, queryID: queryID, positive: positive, positiveID: positiveID, negatives: negatives,
      negativeIDs: negativeIDs, scores: scores)
  }

  /// One row for each positive, all with the same negatives.
  private func listRows(_ record: Record, _ problems: inout Problems) -> [TrainingRow]? {
    guard let query = record.text("query", &problems), let positives = record.texts("pos", &problems),
      let negatives = record.texts("neg", mayBeBlank: true, &problems),
      let positiveScores = record.numbers("pos_scores", &problems),
      let negativeScores = record.numbers("neg_scores", &problems)
    else { return nil }
    if positives.isEmpty {
      problems.add("expected at least one text in \"pos\", found none; add one or remove the row", line: record.line)
      return nil
    }
    for (name, scores, texts) in [("pos", positiveScores, positives), ("neg", negativeScores, negatives)] {
      guard let scores, scores.count != texts.count else { continue }
      problems.add(
        "expected as many \"\(name)_scores\" as texts in \"\(name)\": \(texts.count), found \(scores.count); "
          + "give one per text", line: record.line)
      return nil
    }
    if positiveScores == nil ? negativeScores != nil : negativeScores == nil && !negatives.isEmpty {
      let (present, absent) = positiveScores == nil ? ("neg", "pos") : ("pos", "neg")
      problems.add(
        "expected \"\(absent)_scores\" beside \"\(present)_scores\", found none; give scores of all texts or of none",
        line: record.line)
      return nil
    }
    return positives.enumerated().map { index, positive in
      TrainingRow(
        query: query, positive: positive, negatives: negatives,
        scores: positiveScores.map { [$0[index]] + (negativeScores ?? []) })
    }
  }

  private func labelledRow(_ record: Record, _ family: RowFamily, _ problems: inout Problems) -> TrainingRow? {
    let texts = (record.text(family.required[0], &problems), record.text(family.required[1], &problems))
    if record.value("score") != nil && record.value("label") != nil {
      problems.add("expected \"score\" or \"label\", found both; keep one of them", line: record.line)
      return nil
    }
    let name = family.optional.first { record.value($0) != nil } ?? family.optional[0]
    let label = record.number(name, &problems)
    guard case (let first?, let second?) = texts, let label else { return nil }
    return TrainingRow(query: first, positive: second, label: label)
  }

  // MARK: - Problems of a file

  private func canUse(_ kind: RowFamily, _ line: Int, _ problems: inout Problems) -> Bool {
    if kind != .identifiers || collection != nil { return true }
    problems.add(
      "found rows by identifier but no collection to take their texts from; name a collection or write the texts",
      line: line)
    return false
  }

  private func addUnknownFamily(_ names: [String], _ line: Int, _ problems: inout Problems) {
    let found = names.isEmpty ? "none" : names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
    problems.add("expected \(RowFamily.all); found \(found); rename them", line: line)
  }
}

extension Record {
  /// The record of a table with the cells that hold lists and numbers read as JSON.
  fileprivate func withListsRead(_ problems: inout Problems) -> Record? {
    var members: [(name: String, value: JSONValue)] = []
    for (name, value) in object.members {
      guard let cell = value.stringValue else { continue }
      switch name {
      case "negatives", "negative_ids", "scores", "pos", "neg", "pos_scores", "neg_scores":
        do throws(JSONError) {
          members.append((name, try JSONReader.parse(Array(cell.utf8))))
        } catch {
          problems.add(
            "expected \"\(name)\" to be a JSON list, found other text (character \(error.column): \(error.message)); "
              + "write for example [\"a\", \"b\"] or [1, 2]", line: line)
          return nil
        }
      case _ where RowFamily.numbers.contains(name):
        let text = cell.trimmed
        let isNumber = Double(text) != nil && !text.lowercased().contains("x")
        members.append((name, isNumber ? .number(text) : value))
      default: members.append((name, value))
      }
    }
    return Record(line: line, object: JSONObject(members), memberWord: memberWord, columns: columns)
  }
}
