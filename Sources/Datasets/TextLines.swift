import Files
import JSONText

/// Reads files of lines; blank lines do not count.
enum TextLines {
  /// The problem of a line in another encoding, which cannot be guessed.
  static let notUTF8 =
    "expected UTF-8 text, found other bytes, as Windows-1252 and other older encodings have them; convert the file to UTF-8"

  /// Calls a function with the number and the bytes of every line that is not blank.
  ///
  /// - Returns: What is unusual about the file's text, each a sentence without its subject.
  @discardableResult
  static func forEach(
    of file: String, keepingBlankLines: Bool = false,
    _ body: (_ number: Int, _ bytes: [UInt8]) throws(DatasetError) -> Void
  ) throws(DatasetError) -> [String] {
    do {
      let lines = try LineReader(file)
      while let line = try lines.next() {
        if line.number == 1, let found = FileSignature.ofText(line.bytes) {
          throw DatasetError("\(file): expected data, found \(found.name); \(found.remedy)")
        }
        if !keepingBlankLines && line.bytes.allSatisfy(isBlank) { continue }
        try body(line.number, line.bytes)
      }
      return lines.form.oddities.map { "read as \($0)" }
    } catch let error as FileError {
      throw DatasetError(error)
    } catch let error as DatasetError {
      throw error
    } catch {
      throw DatasetError("\(file): \(error)", kind: .internalError)
    }
  }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
  }
}

extension String {
  /// The text without white space at its ends.
  package var trimmed: String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }
}
