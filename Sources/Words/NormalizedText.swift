import Foundation

/// A text without what sets two spellings of the same words apart.
///
/// 1. Unicode's compatibility characters are replaced and composed (NFKC): "ﬁ" is "fi", a full-width "Ａ" is "A".
/// 2. Invisible characters and apostrophes are dropped; other punctuation separates words, as white space does. The
///    marks `#`, `%`, `&` and `@` stay, since they stand for words ("C#" is not "C").
/// 3. Letter case is folded, by the upper-case and then the lower-case mapping of each scalar: "ß" is "SS".
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
    var words = String.UnicodeScalarView()
    var isBetweenWords = false
    for scalar in text.unicodeScalars {
      if scalar.isSpace {
        isBetweenWords = true
      } else if scalar.isInvisible {
        continue
      } else if punctuationSeparates && scalar.isPunctuation {
        if !scalar.isApostrophe { isBetweenWords = true }
      } else {
        if isBetweenWords && !words.isEmpty { words.append(" ") }
        isBetweenWords = false
        words.append(contentsOf: scalar.folded)
      }
    }
    return String(words)
  }
}

extension Unicode.Scalar {
  fileprivate var isSpace: Bool { isASCII ? value == 0x20 || (0x09...0x0D).contains(value) : properties.isWhitespace }

  /// True for control and format characters, such as a byte order mark, a soft hyphen or a zero-width space.
  fileprivate var isInvisible: Bool {
    isASCII
      ? value < 0x20 || value == 0x7F : properties.isDefaultIgnorableCodePoint || properties.generalCategory == .control
  }

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
