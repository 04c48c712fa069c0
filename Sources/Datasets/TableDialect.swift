import Words

/// How a table is written: the character between the fields of a line, and whether fields may stand in quotation marks.
///
/// A `.csv` file has commas and quotation marks (RFC 4180: a field may stand in quotation marks, where separators, line breaks
/// and doubled quotation marks are data), a `.tsv` file tabs and no quoting, so that a quotation mark is a character like any other.
/// Two other ways are read because nothing else can be meant:
///
/// - Another separator: the one that a first line `sep=;` names, as Excel reads it; or the only one under which the first
///   line names the columns of a row.
/// - Quotation marks in a `.tsv` file where every mark of the file fits RFC 4180, and marks are doubled in some field, stand
///   around the names of the header, or join lines that would not be rows by themselves.
struct TableDialect {
  /// A character between fields.
  enum Separator: UInt8, CaseIterable {
    case comma = 0x2C
    case tab = 0x09
    case semicolon = 0x3B
    case bar = 0x7C

    /// The word for one.
    var noun: String {
      switch self {
      case .comma: "comma"
      case .tab: "tab"
      case .semicolon: "semicolon"
      case .bar: "vertical bar"
      }
    }

    /// The word for several.
    var plural: String { noun + "s" }
  }

  private(set) var separator: Separator
  /// True if fields may stand in quotation marks.
  private(set) var isQuoted: Bool
  /// The line that names the separator, if there is one.
  private var declaration: Int?
  /// What is unusual about the table, each a sentence.
  private(set) var warnings: [String] = []

  /// What to do about a row with too many or too few fields.
  var fieldRemedy: String {
    isQuoted
      ? "put fields with \(separator.plural) or line breaks in quotation marks"
      : "separate fields by one \(separator.noun)"
  }

  /// Finds out how a file is written.
  ///
  /// - Parameters:
  ///   - form: What the file's name says.
  ///   - given: The separator, unless the first line names one; without it, a header of training rows decides.
  init(of file: String, _ form: Table.Form, separator given: Separator? = nil) throws(DatasetError) {
    let usual = Separator.usual(in: form)
    (separator, isQuoted) = (given ?? usual, form == .commas || given.map { $0 != .tab } ?? false)
    var quoting: TabQuoting?
    var dialect = self
    var isFirst = true
    try TextLines.forEach(of: file, keepingBlankLines: true) { (number, bytes) throws(DatasetError) in
      guard isFirst || quoting != nil, let text = String(validating: bytes, as: UTF8.self) else { return }
      if isFirst && text.isBlank { return }
      if isFirst, dialect.declaration == nil, let declared = Self.declared(in: text) {
        dialect.declaration = number
        dialect.separator = declared
        dialect.isQuoted = dialect.isQuoted || declared != .tab
        return dialect.warnings.append(
          "the first line, \(text.trimmed), says that \(declared.plural) separate the columns; it is read so and is no row"
        )
      }
      if isFirst {
        isFirst = false
        if dialect.declaration == nil && given == nil { dialect.choose(byHeader: text, usual) }
        if dialect.separator == .tab && form == .tabs { quoting = TabQuoting() }
      }
      quoting?.take(text, line: number)
    }
    if let quoting { dialect.take(quoting) }
    self = dialect
  }

  /// The separator that a line such as `sep=;` names.
  static func declared(in line: String) -> Separator? {
    let bytes = line.utf8.filter { $0 != QuotedFields.mark && $0 != UInt8(ascii: " ") }
    // A spreadsheet that saves the file again puts separators behind, one for each further column.
    guard bytes.count >= 5, bytes[..<4].elementsEqual("sep=".utf8) || bytes[..<4].elementsEqual("SEP=".utf8),
      bytes[5...].allSatisfy({ Separator(rawValue: $0) != nil })
    else { return nil }
    return Separator(rawValue: bytes[4])
  }

  /// Takes another separator if it is the only one under which the first line is a header.
  private mutating func choose(byHeader line: String, _ usual: Separator) {
    func names(_ separator: Separator) -> [String] {
      var fields = QuotedFields(separator: separator)
      if case .record(let names, _) = fields.take(line, line: 1) { return names }
      return separator.fields(of: line)
    }
    let others = Separator.allCases.filter { $0 != usual }
    if RowFamily.isHeader(TableHeader(names(usual), line: 1).names) { return }
    var fitting = others.filter { RowFamily.isHeader(TableHeader(names($0), line: 1).names) }
    // A header that names no row is told of as the columns that it has.
    if fitting.isEmpty && names(usual).count == 1 { fitting = others.filter { names($0).count > 1 } }
    guard let only = fitting.first, fitting.count == 1 else { return }
    separator = only
    isQuoted = true
    warnings.append("\(only.plural) separate the columns, not \(usual.plural); it is read so")
  }

  private mutating func take(_ quoting: TabQuoting) {
    guard let first = quoting.firstLine else { return }
    isQuoted = quoting.isMeant
    let cells = NumberText.counted(quoting.count, "cell")
    let stand = quoting.count == 1 ? "stands" : "stand"
    warnings.append(
      "\(cells) \(stand) in quotation marks, the first in line \(first); "
        + (isQuoted
          ? "the marks around a cell are left out and doubled ones inside are read as one, as data frames and spreadsheets write them"
          : "in a .tsv file they are part of the text; if they are not meant, remove them or write .jsonl"))
  }

  /// Calls a function with the fields of every row, the header included.
  func forEachRow(
    of file: String, _ problems: inout Problems, _ body: (_ fields: [String], _ line: Int, inout Problems) -> Void
  ) throws(DatasetError) {
    var found = problems
    var quoted = QuotedFields(separator: separator)
    var isFirst = true
    var isReadable = true
    let oddities = try TextLines.forEach(of: file, keepingBlankLines: true) { (number, bytes) throws(DatasetError) in
      guard isReadable, number != declaration else { return }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        quoted.reset()
        // Without a header nothing more can be said.
        isReadable = !isFirst
        return found.add(TextLines.notUTF8, line: number)
      }
      if bytes.contains(0) {
        isReadable = false
        return found.add("expected text, found a byte 0; the file is damaged or no text: export it again", line: number)
      }
      if isQuoted {
        switch quoted.take(text, line: number) {
        case .unfinished: break
        case .refused(let problem): found.add(problem, line: number)
        case .record(let fields, let start):
          isFirst = false
          body(fields, start, &found)
        }
      } else if !text.isBlank {
        isFirst = false
        body(separator.fields(of: text), number, &found)
      }
    }
    oddities.forEach { found.warn($0) }
    if let start = quoted.openedAt, isReadable {
      found.add("a quotation mark is opened and never closed; close it or double it inside a quoted field", line: start)
    }
    problems = found
  }
}

/// The quotation marks of a file with tabs, and whether they are those of RFC 4180.
private struct TabQuoting {
  private var fields = QuotedFields(separator: .tab)
  /// The number of fields of the header, read with quoting and without.
  private var columns: (quoted: Int?, plain: Int?)
  private var fits = (quoted: true, plain: true)
  private var hasDoubled = false
  private var isHeaderQuoted = false
  /// The number of fields that begin and end with a quotation mark.
  private(set) var count = 0
  /// The line of the first of them.
  private(set) var firstLine: Int?

  /// True if the marks around a field do not belong to its text.
  var isMeant: Bool {
    guard fits.quoted, fields.openedAt == nil else { return false }
    return !fits.plain || hasDoubled || isHeaderQuoted
  }

  mutating func take(_ text: String, line: Int) {
    let isHeader = columns.plain == nil
    switch fields.take(text, line: line) {
    case .unfinished: break
    case .refused: fits.quoted = false
    case .record(let found, let start):
      if found.count != columns.quoted ?? found.count { fits.quoted = false }
      columns.quoted = columns.quoted ?? found.count
      if start != line { note(line: start) }
    }
    if text.isBlank { return }
    let plain = text.utf8.split(separator: 0x09, omittingEmptySubsequences: false)
    if plain.count != columns.plain ?? plain.count { fits.plain = false }
    columns.plain = columns.plain ?? plain.count
    for field in plain where field.count > 1 && field.first == QuotedFields.mark && field.last == QuotedFields.mark {
      note(line: line)
      if isHeader { isHeaderQuoted = true }
      if QuotedFields.isUnmistakable(String(Substring(field))) { hasDoubled = true }
    }
  }

  private mutating func note(line: Int) {
    count += 1
    firstLine = firstLine ?? line
  }
}

extension TableDialect.Separator {
  /// The separator that a file's name promises.
  static func usual(in form: Table.Form) -> Self { form == .tabs ? .tab : .comma }

  /// The fields of a line in which quotation marks mean nothing.
  func fields(of line: String) -> [String] {
    line.utf8.split(separator: rawValue, omittingEmptySubsequences: false).map { String(Substring($0)) }
  }
}
