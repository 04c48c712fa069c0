/// The steps from text to the terms of lexical search.
///
/// 1. Text is split into runs of letters, digits and marks (Unicode scalars that are alphabetic, a mark, or have a numeric
///    value); everything else separates. Fullwidth and halfwidth forms count as what they stand for.
/// 2. Every scalar is lower-cased by its Unicode mapping.
/// 3. Characters of a script without spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are runs of their own.
///    Such a run is cut into its pairs of neighbours, each character with its marks: 自行车 into 自行 and 行车. A single character
///    stays as it is. This is what Lucene's `CJKBigramFilter` does for Chinese and Japanese.
/// 4. English stop words are dropped, if ``dropsStopWords``.
/// 5. English endings are cut by Porter's algorithm of 1980, if ``cutsEndings``.
///
/// Normal forms are left as they are: text in NFC does not match the same text in NFD.
public struct Analyzer: Sendable, Equatable {
  /// True if stop words ("the", "of", "with") are dropped.
  public var dropsStopWords: Bool
  /// True if English endings are cut, so that "searching" finds "searches".
  public var cutsEndings: Bool

  /// Chooses the steps; both are for English and do little harm elsewhere.
  public init(dropsStopWords: Bool = true, cutsEndings: Bool = true) {
    self.dropsStopWords = dropsStopWords
    self.cutsEndings = cutsEndings
  }

  /// The terms of a text, in order, with repetitions.
  public func terms(of text: String) -> [String] {
    var terms: [String] = []
    forEachWord(of: text) { word in
      if let term = term(of: word) { terms.append(String(decoding: term, as: UTF8.self)) }
    }
    return terms
  }

  /// Calls a function with every word of a text, before steps 4 and 5, as UTF-8 bytes.
  func forEachWord(of text: String, _ body: ([UInt8]) -> Void) {
    var word: [UInt8] = []
    var pairs = CharacterPairs()
    func finish() {
      pairs.finish(body)
      if word.isEmpty { return }
      body(word)
      word.removeAll(keepingCapacity: true)
    }
    for written in text.unicodeScalars {
      let scalar = written.ordinaryWidth
      if pairs.take(mark: scalar) { continue }
      if scalar.isInScriptWithoutSpaces {
        if !word.isEmpty { finish() }
        pairs.take(scalar, body)
        continue
      }
      pairs.finish(body)
      if scalar.isASCII {
        let byte = UInt8(truncatingIfNeeded: scalar.value)
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): word.append(byte)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): word.append(byte | 0x20)
        default: finish()
        }
      } else if Self.isPartOfWord(scalar) {
        word.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
      } else {
        finish()
      }
    }
    finish()
  }

  /// The term of a word (steps 4 and 5), or nil for a stop word.
  ///
  /// Endings are cut only from words of ASCII letters and digits.
  func term(of word: [UInt8]) -> [UInt8]? {
    if dropsStopWords && Self.stopWords.contains(word) { return nil }
    guard cutsEndings, word.allSatisfy({ $0 < 0x80 }) else { return word }
    let stem = PorterStemmer.stem(word)
    return stem.isEmpty ? word : stem
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar.isMark
  }
}

// MARK: - English

extension Analyzer {
  /// Words that occur in most English texts whatever they are about.
  static let stopWords: Set<[UInt8]> = Set(
    """
    a an the and or but nor not no of in on at by to from for with without into onto as than that this these those it its
    is are was were be been being am has have had having do does did can could may might will would shall should must
    he she they we you i his her their our your my me him them us which who whom whose what when where why how there here
    if then so such also very only both each any some
    """
    .split(whereSeparator: \.isWhitespace).map { Array($0.utf8) })
}
