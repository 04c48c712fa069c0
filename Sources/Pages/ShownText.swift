/// A text of the data as a page shows it: on one line, cut, and without characters that would disturb the page.
package enum ShownText {
  /// The longest text of a document, in Unicode scalars.
  package static let longest = 300
  /// The longest identifier.
  package static let longestID = 60
  /// The most marks that are kept on one character.
  private static let mostMarks = 4

  /// The beginning of a text on one line; "…" stands for the rest.
  ///
  /// White space becomes one space. Characters that control, that reverse the order of what follows or that are none
  /// (``Unicode/Scalar/isDisturbing``) become U+FFFD. Marks beyond the fourth on a character are left out. No more of
  /// the text is read than is shown.
  package static func line(_ text: String, _ length: Int = longest) -> String {
    var shown = String.UnicodeScalarView()
    var (count, marks) = (0, 0)
    var isBetweenWords = false
    for (place, scalar) in text.unicodeScalars.enumerated() {
      // Marks and white space that are left out do not make the work unbounded.
      if count >= length || place >= 16 * length { return String(String(shown).droppingLast) + "…" }
      if scalar.properties.isWhitespace {
        isBetweenWords = count > 0
        continue
      }
      let isMark = scalar.properties.canonicalCombiningClass != .notReordered
      marks = isMark ? marks + 1 : 0
      if marks > mostMarks { continue }
      if isBetweenWords {
        shown.append(" ")
        count += 1
        isBetweenWords = false
      }
      shown.append(scalar.isDisturbing ? "\u{FFFD}" : scalar)
      count += 1
    }
    return String(shown)
  }

  /// A text of several lines, with their ends and tabs as they are.
  package static func lines(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.isDisturbing && $0 != "\n" && $0 != "\t" ? "\u{FFFD}" : $0 }))
  }
}

extension Unicode.Scalar {
  /// True for control characters, for those that embed or override a direction of writing, and for noncharacters.
  fileprivate var isDisturbing: Bool {
    switch value {
    case 0x202A...0x202E, 0x2066...0x2069: true
    case 0xFFF9...0xFFFB, 0xFEFF: true
    default:
      properties.generalCategory == .control || properties.isNoncharacterCodePoint
        || properties.generalCategory == .lineSeparator || properties.generalCategory == .paragraphSeparator
    }
  }
}

extension String {
  /// The text without its last character, which a cut may have left incomplete.
  fileprivate var droppingLast: Substring { count > 1 ? dropLast() : self[...] }
}
