import JSONText

/// The JSON objects of a file, one a line.
///
/// Objects that span lines or share one, and those of one array, are read too, with a warning: where the first line is no whole
/// object by itself, the file is read as one text.
struct JSONObjects {
  /// Calls a function with every object of a file and the line on which it starts; lines that are none are noted as problems.
  static func forEach(
    of file: String, _ problems: inout Problems,
    _ body: (_ line: Int, _ object: JSONObject, _ problems: inout Problems) -> Void
  ) throws(DatasetError) {
    var found = problems
    var text: JSONDocument?
    var isFirst = true
    let oddities = try TextLines.forEach(of: file, keepingBlankLines: true) { (number, bytes) throws(DatasetError) in
      if text != nil {
        text?.append(bytes)
        return
      }
      if bytes.allSatisfy(TextLines.isBlank) { return }
      if isFirst && JSONDocument.starts(with: bytes) {
        text = JSONDocument(line: number, bytes)
      } else {
        take(bytes, number, &found, body)
      }
      isFirst = false
    }
    oddities.forEach { found.warn($0) }
    if let text { text.forEachObject(&found, body) }
    problems = found
  }

  /// Reads a line with one object.
  fileprivate static func take(
    _ bytes: some Sequence<UInt8>, _ line: Int, _ problems: inout Problems,
    _ body: (_ line: Int, _ object: JSONObject, _ problems: inout Problems) -> Void
  ) {
    let bytes = Array(bytes)
    do throws(JSONError) {
      switch try JSONReader.parse(bytes) {
      case .object(let object): body(line, object, &problems)
      case let other:
        problems.add("expected a JSON object, found \(other.kindName); write one object a line", line: line)
      }
    } catch {
      problems.add(slip(at: error.offset, in: bytes) ?? general(error), line: line)
    }
  }

  fileprivate static func general(_ error: JSONError) -> String {
    "expected a JSON object: column \(error.column): \(error.message); write one object a line"
  }

  /// What programs write that is no JSON, by the bytes at which a reader stops; the same for every such line.
  fileprivate static func slip(at offset: Int, in bytes: [UInt8]) -> String? {
    if String(validating: bytes, as: UTF8.self) == nil { return TextLines.notUTF8 }
    let rest = bytes[min(offset, bytes.count)...]
    if !rest.isEmpty, bytes[..<rest.startIndex].allSatisfy(TextLines.isBlank) {
      return "expected a JSON object, found other text; write one object a line"
    }
    let unsigned = rest.first == UInt8(ascii: "-") ? rest.dropFirst() : rest
    for word in ["NaN", "Infinity", "None", "True", "False"] where unsigned.starts(with: word.utf8) {
      return "expected JSON, found \(word), which JSON does not know; write null, true, false or a number"
    }
    if rest.first == UInt8(ascii: "'") {
      return
        "expected JSON, found single quotation marks; write the file with a JSON library, such as json.dumps in Python"
    }
    if rest.first == UInt8(ascii: ","), rest.dropFirst().allSatisfy(TextLines.isBlank) {
      return "expected a JSON object, found a comma behind it; write one object a line, without commas between"
    }
    return nil
  }
}

/// A file of JSON objects that does not have one a line.
private struct JSONDocument {
  private let firstLine: Int
  /// All lines, with line feeds between them.
  private var bytes: [UInt8]

  /// True for a first line that is a part of an object or array, or has more than one.
  static func starts(with line: [UInt8]) -> Bool {
    guard let first = line.first(where: { !TextLines.isBlank($0) }) else { return false }
    if first == UInt8(ascii: "[") { return true }
    guard first == UInt8(ascii: "{") else { return false }
    do throws(JSONError) {
      _ = try JSONReader.parse(line)
      return false
    } catch {
      var cursor = JSONCursor(line)
      let hasObject = (try? cursor.skipValue()) != nil && !cursor.isAtEnd
      return error.offset >= line.count || hasObject && line[cursor.offset] == UInt8(ascii: "{")
    }
  }

  init(line: Int, _ bytes: [UInt8]) {
    firstLine = line
    self.bytes = bytes
  }

  mutating func append(_ line: [UInt8]) {
    bytes.append(UInt8(ascii: "\n"))
    bytes += line
  }

  /// Calls a function with every object; a text that is no JSON is one problem, or those of its lines where others are objects.
  func forEachObject(_ problems: inout Problems, _ body: (Int, JSONObject, inout Problems) -> Void) {
    do throws(JSONError) {
      let (values, isArray) = try values()
      problems.warn(
        isArray
          ? "read as one JSON array, though a .jsonl file has one object a line"
          : "read as JSON objects one behind the other, though a .jsonl file has one object a line")
      for (line, value) in values {
        guard let object = value.objectValue else {
          problems.add("expected a JSON object, found \(value.kindName); write one object a line", line: line)
          continue
        }
        body(line, object, &problems)
      }
    } catch {
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let filled = lines.enumerated().filter { !$0.element.allSatisfy(TextLines.isBlank) }
      if filled.count > 1, case .object? = try? JSONReader.parse(filled[1].element) {
        for (offset, line) in filled { JSONObjects.take(line, firstLine + offset, &problems, body) }
      } else {
        problems.add(
          JSONObjects.slip(at: error.offset, in: bytes) ?? JSONObjects.general(error), line: firstLine + error.line - 1)
      }
    }
  }

  /// The objects with their lines.
  private func values() throws(JSONError) -> (values: [(line: Int, value: JSONValue)], isArray: Bool) {
    var values: [(line: Int, value: JSONValue)] = []
    var (line, counted) = (firstLine, 0)
    func read(_ cursor: inout JSONCursor) throws(JSONError) {
      line += bytes[counted..<cursor.offset].count { $0 == UInt8(ascii: "\n") }
      counted = cursor.offset
      values.append((line, try cursor.readValue()))
    }
    var cursor = JSONCursor(bytes)
    let isArray = try cursor.nextKind() == .array
    if isArray {
      try cursor.readArray { (cursor) throws(JSONError) in try read(&cursor) }
      try cursor.finish()
    } else {
      while !cursor.isAtEnd { try read(&cursor) }
    }
    return (values, isArray)
  }
}
