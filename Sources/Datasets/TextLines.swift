import Files
import JSONText

/// Reads files of lines; blank lines do not count.
enum TextLines {
  /// Calls a function with the number and the bytes of every line that is not blank.
  static func forEach(
    of file: String, keepingBlankLines: Bool = false,
    _ body: (_ number: Int, _ bytes: [UInt8]) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    do {
      let lines = try LineReader(file)
      while let line = try lines.next() {
        if !keepingBlankLines && line.bytes.allSatisfy(isBlank) { continue }
        try body(line.number, line.bytes)
      }
    } catch let error as FileError {
      throw DatasetError(error)
    } catch let error as DatasetError {
      throw error
    } catch {
      throw DatasetError("\(file): \(error)", kind: .internalError)
    }
  }

  /// Calls a function with every line's JSON object; lines that are none are noted as problems.
  static func forEachObject(
    of file: String, _ problems: inout Problems,
    _ body: (_ line: Int, _ object: JSONObject, _ problems: inout Problems) -> Void
  ) throws(DatasetError) {
    try forEach(of: file) { (number, bytes) throws(DatasetError) in
      do throws(JSONError) {
        switch try JSONReader.parse(bytes) {
        case .object(let object): body(number, object, &problems)
        case let other:
          problems.add("expected a JSON object, found \(other.kindName); write one object a line", line: number)
        }
      } catch {
        problems.add(
          "expected a JSON object: column \(error.column): \(error.message); write one object a line", line: number)
      }
    }
  }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
  }
}

extension String {
  /// The text without white space at its ends.
  var trimmed: String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }
}
