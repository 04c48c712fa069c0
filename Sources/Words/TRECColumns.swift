/// The columns of TREC's files, runs and judgments.
///
/// Columns are separated by the white space of C's `isspace`, as `trec_eval` reads them. White space beyond ASCII (U+00A0,
/// U+2028) separates nothing and may stand in an identifier.
package enum TRECColumns {
  /// The columns of a line.
  package static func split(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    line.split(whereSeparator: isWhiteSpace)
  }

  /// The reason why a line is not text in columns, or why its columns cannot be told apart; nil if all is well.
  ///
  /// A line of three columns or more between tabs must not have a blank within a column: by its white space it has other
  /// columns than by its tabs, and nobody can tell which are meant.
  package static func fault(in line: ArraySlice<UInt8>) -> String? {
    if String(validating: line, as: UTF8.self) == nil {
      return "expected UTF-8 text, found other bytes; convert the file to UTF-8"
    }
    if line.contains(0) { return "expected UTF-8 text, found a byte 0; convert the file to UTF-8" }
    if line.contains(UInt8(ascii: "\r")),
      line.split(separator: UInt8(ascii: "\r")).count(where: { !split($0).isEmpty }) > 1
    {
      return "expected one line, found carriage returns between columns; let lines end with \\n or \\r\\n"
    }
    guard line.contains(UInt8(ascii: "\t")) else { return nil }
    let columns = line.split(separator: UInt8(ascii: "\t"))
    guard columns.count > 2, let broken = columns.first(where: { split($0).count > 1 }) else { return nil }
    let column = String(decoding: broken.drop(while: isWhiteSpace), as: UTF8.self).shortened
    return "expected columns without blanks between the tabs, found \"\(column)\"; use identifiers without white space"
  }

  /// An integer, also one with a fraction of zeros, as data frames write integers beside a gap; nil for other text.
  package static func integer(_ column: ArraySlice<UInt8>) -> Int? {
    let parts = column.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count < 2 || parts[1].allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
    return Int(String(decoding: parts[0], as: UTF8.self))
  }

  /// True if a text can be an identifier: it stands in one column, and every reader takes it for the same bytes.
  ///
  /// It has at least one byte, no white space or other control character of ASCII, and does not begin with a byte order
  /// mark, which readers skip at the beginning of a file.
  package static func canHold(_ text: String) -> Bool {
    !text.isEmpty && !text.utf8.contains { $0 <= 0x20 || $0 == 0x7F } && !text.utf8.starts(with: [0xEF, 0xBB, 0xBF])
  }

  /// True if a text can be the identifier of a query, which begins a line: no comment begins with it.
  package static func canBeginLine(_ text: String) -> Bool {
    canHold(text) && text.utf8.first != UInt8(ascii: "#")
  }

  /// True for the white space of C's `isspace`.
  private static func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}
