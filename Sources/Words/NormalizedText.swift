import Foundation

/// A text without what sets two spellings of the same words apart.
///
/// 1. Unicode's compatibility characters are replaced and composed (NFKC): "ﬁ" is "fi", a full-width "Ａ" is "A".
/// 2. Invisible characters and apostrophes are dropped; other punctuation separates words, as white space does. It stays
///    where it changes the meaning: `#`, `%`, `&` and `@` stand for words ("C#" is not "C"), marks between digits ("1/2" is
///    not "1.2"), and `-`, `.`, `!`, `/`, `~` and `\` at the beginning of a word ("-5", ".net", "--force").
/// 3. Letter case is folded, by the upper-case and then the lower-case mapping of each scalar: "ß" becomes "ss".
/// 4. Words are joined by one space.
///
/// A text of nothing but punctuation keeps it. Equality is canonical equivalence, as Swift compares strings.
package struct NormalizedText: Hashable, Sendable {
  /// The words of the text.
  package let text: String

  /// Normalizes a text.
  package init(_ text: String) {
    let composed = text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCompatibilityMapping
    let words = Self.words(of: composed, punctuationSeparates: true)
    self.text = words.isEmpty ? Self.words(of: composed, punctuationSeparates: false) : words
  }

  private static func words(of text: String, punctuationSeparates: Bool) -> String {
    let scalars = Array(text.unicodeScalars.lazy.filter { $0.isSpace || !$0.isInvisible })
    var words = String.UnicodeScalarView()
    var isBetweenWords = false
    for (index, scalar) in scalars.enumerated() {
      if scalar.isSpace {
        isBetweenWords = true
      } else if punctuationSeparates && scalar.isPunctuation && !hasMeaning(at: index, of: scalars) {
        if !scalar.isApostrophe { isBetweenWords = true }
      } else {
        if isBetweenWords && !words.isEmpty { words.append(" ") }
        isBetweenWords = false
        words.append(contentsOf: scalar.folded)
      }
    }
    return String(words)
  }

  /// True for punctuation between two digits, or a mark that begins a word.
  private static func hasMeaning(at index: Int, of scalars: [Unicode.Scalar]) -> Bool {
    if index > 0, scalars[index - 1].isDigit {
      return index + 1 < scalars.count && scalars[index + 1].isDigit
    }
    // Three dots are an ellipsis.
    let isRepeatedDot =
      scalars[index] == "." && scalars[max(0, index - 1)..<min(scalars.count, index + 2)].count { $0 == "." } > 1
    guard scalars[index].isLeadingMark, !isRepeatedDot,
      let next = scalars[index...].first(where: { !$0.isLeadingMark }), !next.isSpace, !next.isPunctuation
    else { return false }
    return scalars[..<index].last { !$0.isLeadingMark }?.isSpace ?? true
  }
}

extension Unicode.Scalar {
  fileprivate var isSpace: Bool { isASCII ? value == 0x20 || (0x09...0x0D).contains(value) : properties.isWhitespace }

  /// True for control and format characters, such as a byte order mark, a soft hyphen or a zero-width space.
  fileprivate var isInvisible: Bool {
    isASCII
      ? value < 0x20 || value == 0x7F : properties.isDefaultIgnorableCodePoint || properties.generalCategory == .control
  }

  fileprivate var isDigit: Bool { properties.numericType == .decimal }

  /// True for the marks that change the meaning of the word behind them.
  fileprivate var isLeadingMark: Bool { ["-", ".", "!", "/", "~", "\\"].contains(self) }

  fileprivate var isApostrophe: Bool { self == "'" || self == "\u{2018}" || self == "\u{2019}" }

  fileprivate var isPunctuation: Bool {
    if ["#", "%", "&", "@"].contains(self) { return false }
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  fileprivate var folded: String.UnicodeScalarView {
    var folded = String.UnicodeScalarView()
    if isASCII {
      folded.append(("A"..."Z").contains(self) ? Unicode.Scalar(UInt8(truncatingIfNeeded: value | 0x20)) : self)
    } else {
      for upper in properties.uppercaseMapping.unicodeScalars {
        folded.append(contentsOf: upper.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return folded
  }
}
