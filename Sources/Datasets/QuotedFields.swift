import Words

/// Takes lines of a table whose fields may stand in quotation marks, and gives records, which may span lines.
struct QuotedFields {
  static let mark = UInt8(ascii: "\"")

  /// True for a field in quotation marks with doubled ones inside, which nothing but quoting writes so.
  static func isUnmistakable(_ field: String) -> Bool {
    var fields = QuotedFields(separator: .tab)
    guard field.utf8.first == mark, case .record(let found, _) = fields.take(field, line: 1) else { return false }
    return found.first?.utf8.contains(mark) == true
  }

  /// The outcome of a line.
  enum Outcome {
    case record(fields: [String], line: Int)
    case unfinished
    case refused(String)
  }

  /// The line in which the open record starts, if one is open.
  private(set) var openedAt: Int?
  private let separator: TableDialect.Separator
  private var fields: [String] = []
  /// The quoted field that goes on in the next line.
  private var open: [UInt8] = []

  init(separator: TableDialect.Separator) {
    self.separator = separator
  }

  mutating func take(_ text: String, line: Int) -> Outcome {
    let bytes = Array(text.utf8)
    var position = 0
    if openedAt == nil {
      if text.isBlank { return .unfinished }
    } else {
      open.append(UInt8(ascii: "\n"))
      guard let end = continueQuoted(bytes, from: 0) else { return .unfinished }
      position = end
      if let problem = finishQuoted(bytes, &position) { return refuse(problem, line) }
      if position > bytes.count { return finish(line) }
    }
    while true {
      if position < bytes.count && bytes[position] == Self.mark {
        openedAt = openedAt ?? line
        open = []
        guard let end = continueQuoted(bytes, from: position + 1) else { return .unfinished }
        position = end
        if let problem = finishQuoted(bytes, &position) { return refuse(problem, line) }
      } else {
        let end = bytes[position...].firstIndex(of: separator.rawValue) ?? bytes.count
        let field = bytes[position..<end]
        if field.contains(Self.mark) {
          return refuse(
            "a quotation mark stands inside a field that does not start with one; "
              + "put the whole field in quotation marks and double those inside", line)
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
      if bytes[position] != Self.mark {
        open.append(bytes[position])
      } else if position + 1 < bytes.count && bytes[position + 1] == Self.mark {
        open.append(Self.mark)
        position += 1
      } else {
        return position + 1
      }
      position += 1
    }
    return nil
  }

  /// Ends a quoted field and steps over the separator after it, past the end where there is none; or says what is wrong.
  private mutating func finishQuoted(_ bytes: [UInt8], _ position: inout Int) -> String? {
    fields.append(String(decoding: open, as: UTF8.self))
    open = []
    if position < bytes.count && bytes[position] != separator.rawValue {
      return "expected a \(separator.noun) after the closing quotation mark of a field, found something else; "
        + "double quotation marks inside a quoted field"
    }
    position += 1
    return nil
  }

  private mutating func finish(_ line: Int) -> Outcome {
    let start = openedAt ?? line
    defer { reset() }
    return .record(fields: fields, line: start)
  }

  private mutating func refuse(_ problem: String, _ line: Int) -> Outcome {
    defer { reset() }
    guard let openedAt, openedAt < line else { return .refused(problem) }
    return .refused("\(problem) (the row starts in line \(openedAt))")
  }

  /// Drops the open record.
  mutating func reset() { self = QuotedFields(separator: separator) }
}
