import Testing

@testable import Pages

@Suite struct EscapedHTMLTests {
  @Test(arguments: [("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;"), ("&", "&amp;")])
  func marksAreEscapedBesideAnyNeighbour(_ mark: String, _ reference: String) {
    for (before, after) in [("", ""), ("\u{600}", ""), ("", "\u{301}"), ("\u{200D}", "\u{FE0F}")] {
      let escaped = EscapedHTML().escapeText(before + mark + after)
      #expect(Array(escaped.unicodeScalars) == Array((before + reference + after).unicodeScalars))
    }
  }
}
