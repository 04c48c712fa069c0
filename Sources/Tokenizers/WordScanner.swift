/// Words as runs of scalars of one class.
struct WordScanner: Sendable {
  /// The rule that gives each scalar its class.
  enum Rule: Sendable {
    /// `BertPreTokenizer`: white space goes, each punctuation mark is a word.
    case bert
    /// `Whitespace`: `\w+|[^\w\s]+`.
    case whitespace
    /// `WhitespaceSplit`: white space goes.
    case whitespaceSplit
  }

  private enum Class {
    static let word: UInt8 = 0
    static let symbol: UInt8 = 1
    static let single: UInt8 = 2
    static let space: UInt8 = 3
  }

  let rule: Rule
  private let ascii: [UInt8]
  private let properties = UnicodeData.properties

  init(_ rule: Rule) {
    self.rule = rule
    let properties = UnicodeData.properties
    ascii = (0..<128).map { Self.classify(ScalarProperties(rawValue: properties[$0]), rule) }
  }

  private static func classify(_ known: ScalarProperties, _ rule: Rule) -> UInt8 {
    if known.contains(.whitespace) { return Class.space }
    switch rule {
    case .bert: return known.contains(.punctuation) ? Class.single : Class.word
    case .whitespace: return known.contains(.word) ? Class.word : Class.symbol
    case .whitespaceSplit: return Class.word
    }
  }

  /// Calls `body` with each word of `range` of `text` until it returns false.
  ///
  /// - Returns: False where `body` did.
  @inline(__always)
  @discardableResult
  func forEachWord(in text: [UInt8], _ range: Range<Int>, _ body: (Range<Int>) -> Bool) -> Bool {
    var start = range.lowerBound
    var running = Class.space
    var position = range.lowerBound
    while position < range.upperBound {
      var length = 1
      let found: UInt8
      let byte = text[position]
      if byte < 0x80 {
        found = ascii[Int(byte)]
      } else {
        let scalar: UInt32
        (scalar, length) = UTF8Text.scalar(at: position, in: text)
        found = Self.classify(ScalarProperties(rawValue: properties[scalar]), rule)
      }
      if found != running || found == Class.single {
        if running != Class.space, !body(start..<position) { return false }
        running = found
        start = position
      }
      position += length
    }
    return running == Class.space || body(start..<range.upperBound)
  }
}
