import Testing

@testable import Words

@Suite struct BlankTextTests {
  /// Blank is what BERT's cleaning leaves nothing of: white space, control, format and private characters, and U+FFFD.
  @Test(arguments: [
    "", " \t\r\n", "\u{A0}\u{3000}\u{2028}", "\u{200B}\u{FEFF}\u{AD}", "\u{0}\u{7F}\u{85}", "\u{E000}\u{FFFD}",
  ])
  func nothingToReadIsBlank(_ text: String) {
    #expect(text.isBlank)
  }

  @Test(arguments: ["a", "\u{200B}.", "?", "\u{1F600}", "\u{4E2D}", "\u{301}"])
  func anyThingToReadIsNot(_ text: String) {
    #expect(!text.isBlank)
  }
}
