import Words

/// Numbers of a table whose decimal mark may be a comma, as programs write them that separate columns by semicolons.
struct DecimalCommas {
  /// True if a comma may be a decimal mark.
  let areRead: Bool
  /// The numbers with a comma, the first of them and its line.
  private var commas: (count: Int, text: String, line: Int)?
  /// The first number with a point, and its line.
  private var point: (text: String, line: Int)?

  init(areRead: Bool) {
    self.areRead = areRead
  }

  /// True if a column holds one number a cell.
  func isNumeric(_ column: String) -> Bool { areRead && RowFamily.numbers.contains(column) }

  /// A cell with a point as the decimal mark.
  mutating func read(_ cell: String, line: Int) -> String {
    let text = cell.trimmed
    if text.utf8.contains(UInt8(ascii: ".")) { point = point ?? (text, line) }
    guard let pointed = Self.pointed(text) else { return cell }
    commas = ((commas?.count ?? 0) + 1, commas?.text ?? text, commas?.line ?? line)
    return pointed
  }

  /// A number with a decimal comma as one with a point; nil for any other text.
  static func pointed(_ text: String) -> String? {
    let parts = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    let pointed = text.replacing(",", with: ".")
    return parts.count == 2 && Double(pointed) != nil ? pointed : nil
  }

  /// Says how the numbers were read, once all are.
  func finish(_ problems: inout Problems) {
    guard let commas else { return }
    if let point {
      problems.add(
        "expected one decimal mark in all numbers, found \(commas.text) and, in line \(point.line), \(point.text); "
          + "write a point in both", line: commas.line)
    } else {
      problems.warn(
        "\(NumberText.counted(commas.count, "number")) with a decimal comma, the first \(commas.text) in line \(commas.line), "
          + "read as \(commas.text.replacing(",", with: "."))")
    }
  }
}
