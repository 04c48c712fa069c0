import TestSupport
import Testing

@testable import Pages

@Suite struct ShownTextTests {
  @Test(arguments: [
    ("plain", "plain"), ("  two\n\t lines\u{2028}here ", "two lines here"), ("", ""), (" \n", ""),
    ("a\u{0}b\u{1B}c\u{9F}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}"), ("\u{202E}abc\u{202C}", "\u{FFFD}abc\u{FFFD}"),
    ("\u{2066}x\u{2069}", "\u{FFFD}x\u{FFFD}"), (HTMLText.noncharacters + "\u{FEFF}", "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("אבג 日本語 e\u{301}", "אבג 日本語 e\u{301}"), ("👩‍👩‍👧", "👩‍👩‍👧"),
  ])
  func linesAreShownWithoutWhatDisturbs(_ text: String, _ shown: String) {
    #expect(Array(ShownText.line(text).unicodeScalars) == Array(shown.unicodeScalars))
  }

  @Test func longTextsAreCut() {
    #expect(ShownText.line("abcdef", 6) == "abcdef")
    #expect(ShownText.line("abcdefg", 6) == "abcde…")
    #expect(ShownText.line(String(repeating: "a", count: 1_000_000)).count == ShownText.longest)
    // A character of many scalars is no way around the length.
    let stacked = ShownText.line("a" + String(repeating: "\u{301}", count: 1_000_000))
    #expect(stacked.unicodeScalars.count <= 6)
    let joined = ShownText.line(String(repeating: "👩\u{200D}", count: 100_000))
    #expect(joined.unicodeScalars.count <= ShownText.longest + 1)
    #expect(ShownText.line(String(repeating: " ", count: 1_000_000) + "end").unicodeScalars.count <= 4)
  }

  @Test func settingsKeepTheirLines() {
    #expect(ShownText.lines("a: 1\n\tb: \u{1B}2\u{202E}\n") == "a: 1\n\tb: \u{FFFD}2\u{FFFD}\n")
  }
}
