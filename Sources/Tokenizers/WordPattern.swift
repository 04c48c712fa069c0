/// The regular expressions that byte-level models cut words with, from GPT-2's to GPT-4o's.
///
/// They are all made of the same alternatives: contractions, letters, numbers, symbols, line breaks, white space. Which
/// form each of them has is all that tells them apart, and what they match is found by hand, without an engine that a
/// hostile file or text could slow down.
///
/// Source: the patterns in the files of GPT-2, RoBERTa, ModernBERT, Llama 3, Qwen 2 and 3.5, Mistral and GPT-4o; what they
/// match in tokenizers 0.23.3, which has Oniguruma.
struct WordPattern: Sendable, Equatable {
  enum Contractions: Sendable {
    case none
    /// `'s|'t|'re|'ve|'m|'ll|'d`.
    case lowercase
    /// The same in any case, and with a long s.
    case anyCase
  }

  enum Letters: Sendable, Equatable {
    /// `[\p{L}]+`.
    case alone
    /// ` ?\p{L}+`.
    case afterSpace
    /// `[^\r\n\p{L}\p{N}]?\p{L}+`; `[\p{L}\p{M}]+` with marks.
    case afterAny(marks: Bool)
    /// `[^\r\n\p{L}\p{N}]?`, then capitals, then small letters, one of both at least; contractions belong to them.
    case cased(contractions: Bool)
  }

  enum Breaks: Sendable {
    /// White space is not matched at all.
    case noSpace
    /// `\s+(?!\S)|\s+`.
    case none
    /// `\s*[\r\n]+` before it.
    case lines
  }

  /// What symbols may end with.
  enum Tail: Sendable {
    case none
    /// `[\r\n]*`.
    case lines
    /// `[\r\n/]*`.
    case linesAndSlashes
  }

  var contractions: Contractions
  var letters: Letters
  /// The most numbers in a row: `\p{N}{1,3}`.
  var numbers: Int
  /// ` ?` before numbers.
  var numbersAfterSpace: Bool
  /// ` ?` before symbols.
  var symbolsAfterSpace: Bool
  /// Marks are no symbols: `[^\s\p{L}\p{M}\p{N}]+`.
  var marksAreLetters: Bool
  var tail: Tail
  var breaks: Breaks

  /// The pattern of GPT-2, which `ByteLevel` cuts with.
  static let gpt2 = WordPattern(
    contractions: .lowercase, letters: .afterSpace, numbers: .max, numbersAfterSpace: true, symbolsAfterSpace: true,
    marksAreLetters: false, tail: .none, breaks: .none)

  /// The pattern of `Qwen2Tokenizer`.
  static let qwen2 = WordPattern(
    contractions: .anyCase, letters: .afterAny(marks: false), numbers: 1, numbersAfterSpace: false,
    symbolsAfterSpace: true, marksAreLetters: false, tail: .lines, breaks: .lines)

  /// True if every text is matched from end to end.
  var matchesAll: Bool { breaks != .noSpace }
}

/// Finds what a ``WordPattern`` matches.
struct WordMatcher: Sendable {
  let pattern: WordPattern
  private let classes = PatternClasses()
  private let notSymbol: PatternClass

  init(_ pattern: WordPattern) {
    self.pattern = pattern
    notSymbol = pattern.marksAreLetters ? [.whitespace, .letter, .number, .mark] : [.whitespace, .letter, .number]
  }

  private static let space = UInt8(ascii: " ")
  private static let apostrophe = UInt8(ascii: "'")

  /// The end of the match that starts at `start`, before `end`; nil where there is none.
  @inline(__always)
  func match(in text: [UInt8], from start: Int, to end: Int) -> Int? {
    let byte = text[start]
    if byte == Self.apostrophe, pattern.contractions != .none,
      let match = contraction(in: text, from: start, to: end, pattern.contractions)
    {
      return match
    }
    let (first, length) = classes.scalar(at: start, in: text)
    let next = start + length
    if let match = letters(in: text, from: start, to: end, first, next) { return match }
    if first.contains(.number) {
      return classes.run(of: .number, in: text, from: next, to: end, atMost: pattern.numbers - 1)
    }
    var symbols: Int?
    if first.isDisjoint(with: notSymbol) {
      symbols = next
    } else if byte == Self.space, next < end {
      let (second, length) = classes.scalar(at: next, in: text)
      if pattern.numbersAfterSpace, second.contains(.number) {
        return classes.run(of: .number, in: text, from: next + length, to: end, atMost: pattern.numbers - 1)
      }
      if pattern.symbolsAfterSpace, second.isDisjoint(with: notSymbol) { symbols = next + length }
    }
    if let symbols { return endOfSymbols(in: text, from: symbols, to: end) }
    guard first.contains(.whitespace), pattern.breaks != .noSpace else { return nil }
    return space(in: text, from: start, to: end)
  }

  // MARK: - Alternatives

  private func contraction(
    in text: [UInt8], from start: Int, to end: Int, _ contractions: WordPattern.Contractions
  ) -> Int? {
    func character(_ offset: Int) -> UInt8 {
      guard start + offset < end else { return 0 }
      let byte = text[start + offset]
      let isCapital = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
      return isCapital && contractions == .anyCase ? byte | 0x20 : byte
    }
    switch (character(1), character(2)) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _):
      return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    case (0xC5, 0xBF) where contractions == .anyCase:
      // U+017F is a small s by the folding of Unicode.
      return start + 3
    default: return nil
    }
  }

  @inline(__always)
  private func letters(
    in text: [UInt8], from start: Int, to end: Int, _ first: PatternClass, _ next: Int
  ) -> Int? {
    let letters: PatternClass
    switch pattern.letters {
    case .alone, .afterSpace, .afterAny(marks: false): letters = .letter
    case .afterAny(marks: true): letters = [.letter, .mark]
    case .cased(let contractions): return casedLetters(in: text, from: start, to: end, first, next, contractions)
    }
    if !first.isDisjoint(with: letters) { return classes.run(of: letters, in: text, from: next, to: end) }
    guard next < end, mayPrecedeLetters(first, text[start]) else { return nil }
    let (second, length) = classes.scalar(at: next, in: text)
    guard !second.isDisjoint(with: letters) else { return nil }
    return classes.run(of: letters, in: text, from: next + length, to: end)
  }

  @inline(__always)
  private func mayPrecedeLetters(_ found: PatternClass, _ byte: UInt8) -> Bool {
    switch pattern.letters {
    case .alone: false
    case .afterSpace: byte == Self.space
    case .afterAny, .cased: found.isDisjoint(with: [.letter, .number, .lineBreak])
    }
  }

  /// Capitals and then small letters, one small letter at least or, where that fails, one capital.
  ///
  /// `A?U*W+|A?U+W*`, with `A` for the scalar before letters, `U` for letters that are not small and `W` for those that are
  /// not capital. Letters without case and marks are both.
  private func casedLetters(
    in text: [UInt8], from start: Int, to end: Int, _ first: PatternClass, _ next: Int, _ contractions: Bool
  ) -> Int? {
    let starts = mayPrecedeLetters(first, text[start]) ? [next, start] : [start]
    for start in starts {
      if let match = smallLetters(in: text, from: start, to: end) {
        return contractions ? afterContraction(in: text, from: match, to: end) : match
      }
    }
    for start in starts {
      let capitals = classes.run(of: [.upper, .caseless, .mark], in: text, from: start, to: end)
      guard capitals > start else { continue }
      let match = classes.run(of: [.lower, .caseless, .mark], in: text, from: capitals, to: end)
      return contractions ? afterContraction(in: text, from: match, to: end) : match
    }
    return nil
  }

  /// `U*W+`: as many capitals as leave a letter that is not one.
  private func smallLetters(in text: [UInt8], from start: Int, to end: Int) -> Int? {
    var position = start
    /// The end of the last scalar that is of both kinds.
    var both: Int?
    while position < end {
      let (found, length) = classes.scalar(at: position, in: text)
      if found.isDisjoint(with: [.upper, .caseless, .mark]) { break }
      position += length
      if !found.contains(.upper) { both = position }
    }
    let match = classes.run(of: [.lower, .caseless, .mark], in: text, from: position, to: end)
    return match > position ? match : both
  }

  private func afterContraction(in text: [UInt8], from start: Int, to end: Int) -> Int {
    guard start < end, text[start] == Self.apostrophe else { return start }
    return contraction(in: text, from: start, to: end, .anyCase) ?? start
  }

  @inline(__always)
  private func endOfSymbols(in text: [UInt8], from start: Int, to end: Int) -> Int {
    var position = start
    while position < end {
      let (found, length) = classes.scalar(at: position, in: text)
      guard found.isDisjoint(with: notSymbol) else { break }
      position += length
    }
    guard pattern.tail != .none else { return position }
    while position < end {
      switch text[position] {
      case UInt8(ascii: "\r"), UInt8(ascii: "\n"): position += 1
      case UInt8(ascii: "/") where pattern.tail == .linesAndSlashes: position += 1
      default: return position
      }
    }
    return position
  }

  /// White space: up to its last line break where these count, otherwise all but the last one before a word, which may
  /// begin with it.
  private func space(in text: [UInt8], from start: Int, to end: Int) -> Int {
    var position = start
    var last = start
    var lineEnd: Int?
    while position < end {
      let (found, length) = classes.scalar(at: position, in: text)
      guard found.contains(.whitespace) else { break }
      last = position
      position += length
      if found.contains(.lineBreak) { lineEnd = position }
    }
    if pattern.breaks == .lines, let lineEnd { return lineEnd }
    return position == end || last == start ? position : last
  }
}
