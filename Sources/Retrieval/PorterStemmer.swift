/// Porter's stemmer of 1980, which cuts the endings of English words.
///
/// Porter, "An algorithm for suffix stripping", Program 14(3), 1980, pages 130 to 137.
///
/// A word is [C](VC)ᵐ[V]: runs of consonants and vowels in turn, with y a vowel after a consonant. m, the measure, decides
/// whether enough of a word is left without an ending. Of the rules of a step, the one with the longest ending that fits is the
/// only one that may apply.
///
/// This is the algorithm as published. Porter's later programs, and the search engines that follow them, also cut -bli and -logi
/// and leave words of two letters alone.
enum PorterStemmer {
  /// The stem of a word in lower case.
  ///
  /// - Parameter word: ASCII letters and digits; a digit counts as a consonant.
  static func stem(_ word: [UInt8]) -> [UInt8] {
    var word = word
    removePlural(&word)
    removeVerbEnding(&word)
    if word.hasSuffix("y"), Shape(word.dropLast()).hasVowel { word[word.count - 1] = UInt8(ascii: "i") }
    replace(doubleEndings, in: &word) { $0.measure > 0 }
    replace(adjectiveEndings, in: &word) { $0.measure > 0 }
    removeEnding(&word)
    removeFinalE(&word)
    return word
  }

  // MARK: - The steps

  /// Step 1a.
  private static func removePlural(_ word: inout [UInt8]) {
    replace([("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")], in: &word) { _ in true }
  }

  /// Step 1b.
  private static func removeVerbEnding(_ word: inout [UInt8]) {
    if word.hasSuffix("eed") { return replace([("eed", "ee")], in: &word) { $0.measure > 0 } }
    guard let ending = ["ed", "ing"].first(where: word.hasSuffix), Shape(word.dropLast(ending.utf8.count)).hasVowel
    else { return }
    word.removeLast(ending.utf8.count)
    let shape = Shape(word[...])
    if ["at", "bl", "iz"].contains(where: word.hasSuffix) {
      word.append(UInt8(ascii: "e"))
    } else if shape.endsInDoubleConsonant {
      if !["l", "s", "z"].contains(where: word.hasSuffix) { word.removeLast() }
    } else if shape.measure == 1, shape.endsInShortSyllable {
      word.append(UInt8(ascii: "e"))
    }
  }

  /// Step 2.
  private static let doubleEndings = [
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("abli", "able"),
    ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"),
    ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"),
    ("iviti", "ive"), ("biliti", "ble"),
  ]

  /// Step 3.
  private static let adjectiveEndings = [
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
  ]

  /// Step 4.
  private static let endings = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti",
    "ous", "ive", "ize",
  ].map { ($0, "") }

  private static func removeEnding(_ word: inout [UInt8]) {
    let beforeIon = word.dropLast(3).last
    let isIonRemovable = beforeIon == UInt8(ascii: "s") || beforeIon == UInt8(ascii: "t")
    if word.hasSuffix("ion"), !isIonRemovable { return }
    replace(endings, in: &word) { $0.measure > 1 }
  }

  /// Steps 5a and 5b.
  private static func removeFinalE(_ word: inout [UInt8]) {
    if word.hasSuffix("e") {
      let shape = Shape(word.dropLast())
      if shape.measure > 1 || shape.measure == 1 && !shape.endsInShortSyllable { word.removeLast() }
    }
    let shape = Shape(word[...])
    if word.hasSuffix("ll"), shape.measure > 1 { word.removeLast() }
  }

  /// Replaces the longest ending that fits, where the rest of the word allows it.
  private static func replace(
    _ rules: [(ending: String, replacement: String)], in word: inout [UInt8], where allows: (Shape) -> Bool
  ) {
    let fitting = rules.filter { word.hasSuffix($0.ending) }
    guard let rule = fitting.max(by: { $0.ending.utf8.count < $1.ending.utf8.count }) else { return }
    let rest = word.dropLast(rule.ending.utf8.count)
    if allows(Shape(rest)) { word = rest + Array(rule.replacement.utf8) }
  }
}

/// The consonants and vowels of a word.
private struct Shape {
  /// m: how often a consonant follows a vowel.
  private(set) var measure = 0
  /// \*v\*: the word contains a vowel.
  private(set) var hasVowel = false
  /// \*d: the word ends with a double consonant.
  private(set) var endsInDoubleConsonant = false
  /// \*o: the word ends consonant, vowel, consonant, and the last is not w, x or y.
  private(set) var endsInShortSyllable = false

  init(_ word: ArraySlice<UInt8>) {
    // Whether the last letter, and the one before it, are consonants; nil where there is none.
    var (last, beforeLast): (Bool?, Bool?)
    var previous: UInt8?
    for letter in word {
      let isConsonant =
        switch letter {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"): false
        case UInt8(ascii: "y"): last != true
        default: true
        }
      if !isConsonant { hasVowel = true }
      if isConsonant, last == false { measure += 1 }
      endsInDoubleConsonant = isConsonant && letter == previous
      endsInShortSyllable = isConsonant && last == false && beforeLast == true && !Self.longEnds.contains(letter)
      (beforeLast, last, previous) = (last, isConsonant, letter)
    }
  }

  private static let longEnds = Array("wxy".utf8)
}

extension [UInt8] {
  fileprivate func hasSuffix(_ ending: String) -> Bool { suffix(ending.utf8.count).elementsEqual(ending.utf8) }
}
