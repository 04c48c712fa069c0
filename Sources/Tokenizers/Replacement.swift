/// The normalizer `Replace`: puts a text in the place of every match of a pattern.
///
/// Upstream: `normalizers/replace.rs`.
struct Replacement: Sendable {
  /// What is replaced.
  enum Pattern: Sendable {
    case text([UInt8])
    case expression(Expression)
  }

  /// The regular expressions that are known, as files have them.
  enum Expression: String, Sendable, CaseIterable {
    case spaces = " +"
    case twoSpaces = " {2,}"
    case whitespace = #"\s+"#
    case twoWhitespaceOrBreak = #"\s{2,}|[\n\r\t]"#
    case breaks = #"[\n\r\t]"#
    case lineFeed = #"\n"#
    case outerSpaces = #"\A +| +\z"#
    case firstMark = #"\A▁"#
  }

  let pattern: Pattern
  let content: [UInt8]

  /// Appends `range` of `input` with every match replaced.
  func append(_ input: [UInt8], _ range: Range<Int>, to output: inout [UInt8]) {
    var position = range.lowerBound
    while position < range.upperBound {
      let (end, isMatch) = part(of: input, from: position, range)
      output += isMatch ? content[...] : input[position..<end]
      position = end
    }
  }

  /// The end of the match that starts at `position`, or of text that no match starts in.
  private func part(of input: [UInt8], from position: Int, _ range: Range<Int>) -> (end: Int, isMatch: Bool) {
    switch pattern {
    case .text(let text):
      var start = position
      while start < range.upperBound {
        if input[start] == text[0], input[start..<range.upperBound].starts(with: text) {
          return start == position ? (start + text.count, true) : (start, false)
        }
        start += 1
      }
      return (start, false)
    case .expression(let expression):
      return expression.part(of: input, from: position, range)
    }
  }
}

extension Replacement.Expression {
  private static let mark = Array("▁".utf8)

  fileprivate func part(of input: [UInt8], from position: Int, _ range: Range<Int>) -> (end: Int, isMatch: Bool) {
    let byte = input[position]
    switch self {
    case .breaks: return (position + 1, Self.isBreak(byte))
    case .lineFeed: return (position + 1, byte == UInt8(ascii: "\n"))
    case .firstMark:
      guard position == range.lowerBound, input[range].starts(with: Self.mark) else { return (range.upperBound, false) }
      return (position + Self.mark.count, true)
    case .spaces, .twoSpaces, .outerSpaces:
      var end = position
      while end < range.upperBound, input[end] == UInt8(ascii: " ") { end += 1 }
      guard end > position else { return (position + 1, false) }
      let isOuter = position == range.lowerBound || end == range.upperBound
      return (end, self == .spaces || (self == .twoSpaces ? end - position >= 2 : isOuter))
    case .whitespace, .twoWhitespaceOrBreak:
      let (end, count) = Self.whitespace(in: input, from: position, range.upperBound)
      guard count > 0 else { return (position + 1, false) }
      return (end, self == .whitespace || count >= 2 || Self.isBreak(byte))
    }
  }

  private static func isBreak(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
  }

  /// The white space at a position: where it ends, and how many characters it is.
  private static func whitespace(in input: [UInt8], from position: Int, _ limit: Int) -> (end: Int, count: Int) {
    // The bytes inside a character are between these two.
    guard input[position] <= 0x20 || input[position] >= 0xC2 else { return (position, 0) }
    let properties = UnicodeData.properties
    var end = position
    var count = 0
    while end < limit {
      let (scalar, length) = UTF8Text.scalar(at: end, in: input)
      guard ScalarProperties(rawValue: properties[scalar]).contains(.whitespace) else { break }
      end += length
      count += 1
    }
    return (end, count)
  }
}
