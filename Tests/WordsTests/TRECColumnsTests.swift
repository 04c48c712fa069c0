import Testing

@testable import Words

@Suite struct TRECColumnsTests {
  @Test func onlyWhiteSpaceOfASCIISeparates() {
    let columns = TRECColumns.split(Array(" a\tb\u{A0}c\u{B}d\u{C}\u{2028}e \r".utf8)[...])
    #expect(columns.map { String(decoding: $0, as: UTF8.self) } == ["a", "b\u{A0}c", "d", "\u{2028}e"])
  }

  @Test(arguments: [
    ("1", 1), ("1.0", 1), ("-2.00", -2), ("+3", 3), ("4.", 4), ("-0.0", 0), ("9223372036854775807.0", Int.max),
    ("0.5", nil), ("1.01", nil), (".0", nil), ("", nil), (".", nil), ("1e0", nil), ("0x1", nil), ("1.0.0", nil),
    ("nan", nil), ("9223372036854775808", nil), ("1,0", nil),
  ])
  func readsIntegersWithAFractionOfZeros(_ text: String, _ expected: Int?) {
    #expect(TRECColumns.integer(Array(text.utf8)[...]) == expected)
  }

  @Test func anIdentifierStandsInOneColumn() {
    for text in ["a", "\u{E9}", "a\u{A0}b", "#", "\u{2028}"] { #expect(TRECColumns.canHold(text), "\(text)") }
    for text in ["", " ", "a b", "a\t", "\n", "a\rb", "\u{B}", "a\u{0}", "\u{7F}", "\u{FEFF}a"] {
      #expect(!TRECColumns.canHold(text), "\(text.debugDescription)")
    }
    #expect(!TRECColumns.canBeginLine("#1") && TRECColumns.canBeginLine("1#") && !TRECColumns.canBeginLine(""))
  }

  @Test(arguments: [
    "a b c", "a\tb\tc", " a \t b\t c \t", "a b\tc", "a\tb\tc\r", "a\t\tc\td",
  ])
  func columnsThatCanBeToldApartHaveNoFault(_ line: String) {
    #expect(TRECColumns.fault(in: Array(line.utf8)[...]) == nil)
  }

  @Test(arguments: [
    ("a\tb c\td", "\"b c\""), ("a\tb\t c d ", "\"c d \""), ("a b\rc d", "carriage returns"), ("a\u{0} b c", "byte 0"),
  ])
  func saysWhatIsWrongWithALine(_ line: String, _ part: String) {
    #expect(TRECColumns.fault(in: Array(line.utf8)[...])?.contains(part) == true)
    #expect(TRECColumns.fault(in: [0x61, 0x20, 0xFF]) != nil)
  }
}
