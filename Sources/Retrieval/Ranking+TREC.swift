import Files
import Words

extension Ranking {
  /// Reads a run file in TREC form.
  ///
  /// A line has six columns separated by white space: query, `Q0`, document, rank, score, tag. As in `trec_eval`, ranks
  /// decide nothing (the scores do), blank lines and lines that start with `#` are skipped, and a score is read as a
  /// 64-bit number and kept as a 32-bit one. Ranks must still be integers: where one is none, an identifier has white
  /// space in it and what follows stands in the wrong columns.
  ///
  /// - Parameter file: The path, or "-" for standard input.
  /// - Throws: `RetrievalError` naming file and line: another number of columns, a blank in a column between tabs, a rank
  ///   that is no integer, a score that is not a finite number, bytes that are not UTF-8, a document that occurs twice for a
  ///   query. Nothing in the file is also an error.
  public init(file: String) throws(RetrievalError) {
    self.init()
    var reading = RunReading(file: file)
    do throws(FileError) {
      let lines = try LineReader(file)
      while let line = try lines.next() { reading.take(line.bytes, number: line.number) }
    } catch {
      throw RetrievalError(error)
    }
    for list in try reading.finish() { try append(list) }
  }

  /// Writes the run in TREC form, durably: the file appears whole or not at all.
  ///
  /// Columns are separated by spaces, ranks count from 1. A score is written in the shortest decimal form that reads back
  /// as the same 32-bit number, which is never more than 9 significant digits: every reader, 32-bit or 64-bit, sees the same
  /// order and the same ties. A query without documents leaves no line.
  ///
  /// - Parameters:
  ///   - file: The path to write.
  ///   - tag: The last column: a name of the system that made the run.
  /// - Throws: `RetrievalError` when an identifier or the tag is empty or cannot stand in one column
  ///   (`TRECColumns`), or when the file cannot be written.
  public func write(to file: String, tag: String = "hone") throws(RetrievalError) {
    try Self.requireColumn(tag, "tag")
    for list in lists {
      try Self.requireColumn(list.query, "query identifier", beginsLine: true)
      for document in list.documents { try Self.requireColumn(document.id, "document identifier") }
    }
    do throws(FileError) {
      let output = try DurableFile(file)
      for list in lists {
        var text = ""
        for (rank, document) in list.documents.enumerated() {
          text += "\(list.query) Q0 \(document.id) \(rank + 1) \(document.score) \(tag)\n"
        }
        try output.write(Array(text.utf8))
      }
      try output.commit()
    } catch {
      throw RetrievalError(error)
    }
  }

  private static func requireColumn(
    _ text: String, _ role: String, beginsLine: Bool = false
  ) throws(RetrievalError) {
    if text.isEmpty {
      throw RetrievalError("cannot write a run: a \(role) is empty; give it at least one character")
    }
    if !TRECColumns.canHold(text) {
      throw RetrievalError(
        "cannot write a run: \(role) \"\(text)\" contains white space or a control character, or begins with a byte order "
          + "mark, and a run file separates columns by white space; use another identifier")
    }
    if beginsLine && !TRECColumns.canBeginLine(text) {
      throw RetrievalError(
        "cannot write a run: \(role) \"\(text)\" starts with #, and a run file marks comments by #; use another identifier"
      )
    }
  }
}

/// A run file being read: its lines so far, by query.
private struct RunReading {
  /// One line of the file.
  private struct Entry {
    var document: ScoredDocument
    var line: Int
  }

  let file: String
  private var queries: [String] = []
  private var entries: [[Entry]] = []
  private var positions: [ExactText: Int] = [:]
  /// The query of the line before: files list a query's documents together.
  private var latest: (query: [UInt8], position: Int)?
  private var failure: RetrievalError?

  init(file: String) {
    self.file = file
  }

  /// Takes one line; after the first failure the rest is ignored.
  mutating func take(_ bytes: [UInt8], number: Int) {
    guard failure == nil else { return }
    let columns = TRECColumns.split(bytes[...])
    guard let query = columns.first, query.first != UInt8(ascii: "#") else { return }
    if let fault = TRECColumns.fault(in: bytes[...]) { return fail(number, fault) }
    guard columns.count == 6 else {
      let found = columns.count == 1 ? "1 column" : "\(columns.count) columns"
      let remedy = columns.count < 6 ? "write all six" : "use identifiers and a tag without white space"
      return fail(number, "expected six columns (query Q0 document rank score tag), found \(found); \(remedy)")
    }
    let texts = columns.map { String(decoding: $0, as: UTF8.self) }
    guard TRECColumns.integer(columns[3]) != nil else {
      return fail(
        number,
        "expected an integer as rank (column 4), found \"\(texts[3].shortened)\"; write a rank, and identifiers without "
          + "white space")
    }
    guard let score = Self.score(texts[4]) else {
      return fail(
        number,
        "expected a finite number as score (column 5), found \"\(texts[4].shortened)\"; correct or remove the line")
    }
    let position = position(ofQuery: query)
    let document = ScoredDocument(id: texts[2], score: score)
    entries[position].append(Entry(document: document, line: number))
  }

  /// The lists in ranking order, or the first failure.
  func finish() throws(RetrievalError) -> [RankedList] {
    if let failure { throw failure }
    if queries.isEmpty {
      throw RetrievalError(
        "\(file): expected lines of six columns (query Q0 document rank score tag), found none; check that the search wrote it"
      )
    }
    var lists: [RankedList] = []
    lists.reserveCapacity(queries.count)
    for (query, entries) in zip(queries, entries) {
      var lines: [ExactText: Int] = [:]
      lines.reserveCapacity(entries.count)
      for entry in entries {
        guard let earlier = lines.updateValue(entry.line, forKey: ExactText(entry.document.id)) else { continue }
        throw RetrievalError(
          "\(file):\(entry.line): document \"\(entry.document.id)\" occurs twice for query \"\(query)\" "
            + "(first in line \(earlier)); keep one of the lines")
      }
      let ranked = entries.map(\.document).sorted { $0.ranksAbove($1) }
      lists.append(RankedList(query: query, documents: ranked))
    }
    return lists
  }

  /// A score as `trec_eval` reads it: a 64-bit number, rounded to a 32-bit one.
  private static func score(_ text: String) -> Float? {
    guard !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }), let number = Double(text) else { return nil }
    let score = Float(number)
    return score.isFinite ? score : nil
  }

  private mutating func position(ofQuery bytes: ArraySlice<UInt8>) -> Int {
    if let latest, latest.query[...] == bytes { return latest.position }
    let query = String(decoding: bytes, as: UTF8.self)
    let position: Int
    if let known = positions[ExactText(query)] {
      position = known
    } else {
      position = queries.count
      positions[ExactText(query)] = position
      queries.append(query)
      entries.append([])
    }
    latest = (Array(bytes), position)
    return position
  }

  private mutating func fail(_ line: Int, _ text: String) {
    failure = RetrievalError("\(file):\(line): \(text)")
  }
}
