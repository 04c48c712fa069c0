/// The classes of scalars in the patterns that cut words, as the regular expressions of the reference library see them;
/// see `PatternClassTable` for each.
struct PatternClass: OptionSet, Sendable {
  var rawValue: UInt16

  /// `\p{Ll}`.
  static let lower = PatternClass(rawValue: 1 << 0)
  /// `\p{Lu}` and `\p{Lt}`.
  static let upper = PatternClass(rawValue: 1 << 1)
  /// `\p{Lm}` and `\p{Lo}`.
  static let caseless = PatternClass(rawValue: 1 << 2)
  /// `\p{M}`.
  static let mark = PatternClass(rawValue: 1 << 3)
  /// `\p{N}`.
  static let number = PatternClass(rawValue: 1 << 4)
  /// `\s`.
  static let whitespace = PatternClass(rawValue: 1 << 5)
  /// `[\r\n]`.
  static let lineBreak = PatternClass(rawValue: 1 << 6)
  /// `\d`.
  static let digit = PatternClass(rawValue: 1 << 7)
  /// `[0-9]`.
  static let asciiDigit = PatternClass(rawValue: 1 << 8)
  /// `char::is_numeric` of the Rust standard library.
  static let numeric = PatternClass(rawValue: 1 << 9)
  /// The punctuation of `ScalarSetTable`.
  static let punctuation = PatternClass(rawValue: 1 << 10)

  /// `\p{L}`.
  static let letter: PatternClass = [.lower, .upper, .caseless]
}

extension UnicodeData {
  static let patternClasses: ScalarTable = {
    var table = ScalarTable()
    let texts: [(String, PatternClass)] = [
      (PatternClassTable.lower, .lower), (PatternClassTable.upper, .upper), (PatternClassTable.caseless, .caseless),
      (PatternClassTable.mark, .mark), (PatternClassTable.number, .number),
      (PatternClassTable.whitespace, .whitespace), (PatternClassTable.digit, .digit),
      (PatternClassTable.numeric, .numeric), (ScalarSetTable.punctuation, .punctuation), ("A D", .lineBreak),
      ("30-39", .asciiDigit),
    ]
    for (text, found) in texts {
      var words = TableText(text)
      while let word = words.next() { table.insert(found.rawValue, from: word.first, through: word.last) }
    }
    return table
  }()

  static let asciiPatternClasses: [UInt16] = (0..<128).map { patternClasses[$0] }
}

/// The class of each scalar of a text.
struct PatternClasses: Sendable {
  private let ascii = UnicodeData.asciiPatternClasses
  private let table = UnicodeData.patternClasses

  /// The class of the scalar that starts at `position`, and its length in bytes.
  @inline(__always)
  func scalar(at position: Int, in text: [UInt8]) -> (found: PatternClass, length: Int) {
    let byte = text[position]
    if byte < 0x80 { return (PatternClass(rawValue: ascii[Int(byte)]), 1) }
    let (scalar, length) = UTF8Text.scalar(at: position, in: text)
    return (PatternClass(rawValue: table[scalar]), length)
  }

  /// The end of the run of scalars of `classes` from `start` on, of at most `limit` scalars.
  @inline(__always)
  func run(of classes: PatternClass, in text: [UInt8], from start: Int, to end: Int, atMost limit: Int = .max) -> Int {
    var position = start
    var count = 0
    while position < end, count < limit {
      let (found, length) = scalar(at: position, in: text)
      if found.isDisjoint(with: classes) { break }
      position += length
      count += 1
    }
    return position
  }
}
