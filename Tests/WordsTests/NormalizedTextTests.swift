import Testing

@testable import Words

@Suite struct NormalizedTextTests {
  @Test(arguments: [
    ("How do I oil a chain?", "how do i oil a chain"),
    ("  How\tdo I\u{A0}oil a  chain ", "How do I oil a chain."),
    ("e\u{301}te\u{301}", "été"), ("ÉTÉ", "été"), ("\u{FB01}ne, ＡＢＣ", "fine abc"),
    ("straße", "STRASSE"), ("ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ"),
    ("don’t — “stop”", "don't - \"stop\""), ("don't", "dont"),
    ("\u{FEFF}zero\u{200B}width soft\u{AD}hyphen", "zerowidth softhyphen"),
    ("水の、温度。", "水の 温度"), ("¿Cómo?", "co\u{301}mo"), ("- one; two - three!", "one two three"), ("e-mail", "e mail"),
    ("In 1999, we", "in 1999 we"), ("…and so on", "and so on"),
  ])
  func spellingsOfTheSameWordsAreEqual(one: String, other: String) {
    #expect(NormalizedText(one) == NormalizedText(other))
    #expect(NormalizedText(one).hashValue == NormalizedText(other).hashValue)
  }

  @Test(arguments: [
    ("C#", "C"), ("C++", "C"), ("R&D", "R D"), ("1.5 kg", "15 kg"), ("???", "!!!"), ("???", ""), ("resume", "résumé"),
    ("一", "二"), ("5 %", "5"), ("note book", "notebook"),
    ("5 °C", "-5 °C"), ("1/2", "1.2"), ("1:2", "1.2"), ("1,5", "15"), (".net", "net"), ("--force", "force"),
    ("!x", "x"),
    ("find /etc", "find etc"),
  ])
  func otherWordsAreNot(one: String, other: String) {
    #expect(NormalizedText(one) != NormalizedText(other))
  }

  @Test func wordsAreJoinedByOneSpace() {
    #expect(NormalizedText(" A -- b,c! ").text == "a b c")
    #expect(NormalizedText(" \n\u{200B}").text == "")
    #expect(NormalizedText(" ?! ").text == "?!")
  }
}
