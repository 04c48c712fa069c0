import JSONText
import Words

/// Files of rows under a header: `.tsv` (no quoting, so a quotation mark is a character like any other) and `.csv` (RFC 4180:
/// a field may stand in quotation marks, where commas, line breaks and doubled quotation marks are data).
///
/// A line break inside a quoted field comes out as "\n", however the file writes it.
struct Table {
  /// The two ways in which fields stand in a line.
  enum Form {
    case tabs
    case commas
  }

  let form: Form

  /// Calls a function with every row as a record: a cell becomes a string, an empty one nothing.
  ///
  /// - Parameter header: Takes the header, before the first row; false ends the reading.
  func forEachRecord(
    of file: String, _ problems: inout Problems,
    header: (_ names: [String], _ line: Int, _ problems: inout Problems) -> Bool,
    _ body: (Record, inout Problems) -> Void
  ) throws(DatasetError) {
    var found = problems
    var names: [String]?
    var isUsable = true
    var quoted = QuotedFields()
    func take(_ fields: [String], _ line: Int) {
      guard let names else {
        names = fields
        isUsable = Self.check(fields, line, &found) && header(fields, line, &found)
        return
      }
      guard fields.count == names.count else {
        let count = fields.count == 1 ? "1 field" : "\(fields.count) fields"
        return found.add(
          "expected \(names.count) fields, as in the header, found \(count); "
            + (form == .tabs ? "separate fields by one tab" : "put fields with commas in quotation marks"), line: line)
      }
      let members = zip(names, fields).compactMap { name, field in
        field.isEmpty ? nil : (name: name, value: JSONValue.string(field))
      }
      body(Record(line: line, object: JSONObject(members), memberWord: "column"), &found)
    }
    try TextLines.forEach(of: file, keepingBlankLines: form == .commas) { (number, bytes) throws(DatasetError) in
      guard isUsable else { return }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        quoted = QuotedFields()
        return found.add("expected UTF-8 text, found other bytes; convert the file to UTF-8", line: number)
      }
      switch form {
      case .tabs:
        take(text.utf8.split(separator: 0x09, omittingEmptySubsequences: false).map { String(Substring($0)) }, number)
      case .commas:
        switch quoted.take(text, line: number) {
        case .unfinished: break
        case .refused(let problem): found.add(problem, line: number)
        case .record(let fields, let start): take(fields, start)
        }
      }
    }
    if let start = quoted.openedAt {
      found.add("a quotation mark is opened and never closed; close it or double it inside a quoted field", line: start)
    }
    if found.count == 0 && names == nil {
      found.add("expected a header that names the columns, found nothing; add one")
    }
    problems = found
  }

  /// Notes headers that cannot be used: names that are missing or occur twice.
  private static func check(_ names: [String], _ line: Int, _ problems: inout Problems) -> Bool {
    if names.contains(where: \.isBlank) {
      problems.add(
        "expected a name for every column, found an empty one in the header; name it or remove it", line: line)
      return false
    }
    var seen: Set<ExactText> = []
    for name in names where !seen.insert(ExactText(name)).inserted {
      problems.add("expected every column once, found \"\(name)\" twice in the header; rename one", line: line)
      return false
    }
    return true
  }
}

/// Takes lines of a `.csv` file and gives records, which may span lines.
struct QuotedFields {
  /// The outcome of a line.
  enum Outcome {
    case record(fields: [String], line: Int)
    case unfinished
    case refused(String)
  }

  /// The line in which the open record starts, if one is open.
  private(set) var openedAt: Int?
  private var fields: [String] = []
  /// The quoted field that goes on in the next line.
  private var open: [UInt8] = []

  mutating func take(_ text: String, line: Int) -> Outcome {
    let bytes = Array(text.utf8)
    var position = 0
    if openedAt == nil {
      if text.isBlank { return .unfinished }
    } else {
      open.append(UInt8(ascii: "\n"))
      guard let end = continueQuoted(bytes, from: 0) else { return .unfinished }
      position = end
      if let problem = finishQuoted(bytes, &position) { return refuse(problem) }
      if position > bytes.count { return finish(line) }
    }
    while true {
      if position < bytes.count && bytes[position] == UInt8(ascii: "\"") {
        openedAt = openedAt ?? line
        open = []
        guard let end = continueQuoted(bytes, from: position + 1) else { return .unfinished }
        position = end
        if let problem = finishQuoted(bytes, &position) { return refuse(problem) }
      } else {
        let end = bytes[position...].firstIndex(of: UInt8(ascii: ",")) ?? bytes.count
        let field = bytes[position..<end]
        if field.contains(UInt8(ascii: "\"")) {
          return refuse(
            "a quotation mark stands inside a field that does not start with one; "
              + "put the whole field in quotation marks and double those inside")
        }
        fields.append(String(decoding: field, as: UTF8.self))
        position = end + 1
      }
      if position > bytes.count { return finish(line) }
    }
  }

  /// Takes bytes of a quoted field in; returns the place after the closing mark, or nil when the field goes on.
  private mutating func continueQuoted(_ bytes: [UInt8], from start: Int) -> Int? {
    var position = start
    while position < bytes.count {
      if bytes[position] != UInt8(ascii: "\"") {
        open.append(bytes[position])
      } else if position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "\"") {
        open.append(UInt8(ascii: "\""))
        position += 1
      } else {
        return position + 1
      }
      position += 1
    }
    return nil
  }

  /// Ends a quoted field and steps over the comma after it, past the end where there is none; or says what is wrong.
  private mutating func finishQuoted(_ bytes: [UInt8], _ position: inout Int) -> String? {
    fields.append(String(decoding: open, as: UTF8.self))
    open = []
    if position < bytes.count && bytes[position] != UInt8(ascii: ",") {
      return "expected a comma after the closing quotation mark of a field, found something else; "
        + "double quotation marks inside a quoted field"
    }
    position += 1
    return nil
  }

  private mutating func finish(_ line: Int) -> Outcome {
    let start = openedAt ?? line
    defer { self = QuotedFields() }
    return .record(fields: fields, line: start)
  }

  private mutating func refuse(_ problem: String) -> Outcome {
    self = QuotedFields()
    return .refused(problem)
  }
}
