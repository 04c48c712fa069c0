/// A token that is found in the text before the model sees it.
struct AddedToken: Sendable {
  var content: [UInt8]
  var id: Int32 = 0
  /// Only where no word character is next to it.
  var isSingleWord = false
  /// Takes the white space on its left along.
  var stripsLeft = false
  /// Takes the white space on its right along.
  var stripsRight = false
  /// Looked for in the normal form, by its own normal form, instead of in the raw text.
  var isNormalized = false
  /// A control token such as `[SEP]`.
  var isSpecial = false
}

/// Finds added tokens in text: the leftmost first, of those that start there the longest.
///
/// Upstream: `tokenizer/added_vocabulary.rs`, `find_matches`.
struct AddedTokenFinder: Sendable {
  private let table: ByteTable
  let tokens: [AddedToken]
  /// True for the first bytes of patterns; this alone passes over most bytes of most texts.
  private let startsPattern: [Bool]
  private let noPrefix = ByteTable.Prefix([])
  private let properties = UnicodeData.properties

  /// A part of a text.
  enum Piece {
    case text(Range<Int>)
    case token(Int32)
  }

  /// Makes a finder of patterns, which are all different and not empty.
  init(_ patterns: [(pattern: [UInt8], token: AddedToken)]) {
    var table = ByteTable(capacity: patterns.count)
    var startsPattern = [Bool](repeating: false, count: 256)
    for (pattern, _) in patterns {
      _ = table.insert(pattern)
      if let first = pattern.first { startsPattern[Int(first)] = true }
    }
    self.table = table
    self.startsPattern = startsPattern
    tokens = patterns.map(\.token)
  }

  var isEmpty: Bool { tokens.isEmpty }

  /// Calls `body` with the pieces of `range` of `text` in order until it returns false.
  ///
  /// - Parameter ignoresSpecial: True if matches of special tokens are left as text. What such a match covers is not
  ///   searched again, as upstream.
  /// - Returns: False where `body` did.
  @inline(__always)
  func forEachPiece(
    in text: [UInt8], _ range: Range<Int>, ignoresSpecial: Bool, _ body: (Piece) -> Bool
  ) -> Bool {
    var done = range.lowerBound
    var position = range.lowerBound
    while position < range.upperBound {
      guard startsPattern[Int(text[position])] else {
        position += 1
        continue
      }
      guard let (index, matchEnd) = table.longestKey(noPrefix, in: text, from: position, to: range.upperBound) else {
        position += 1
        continue
      }
      let token = tokens[index]
      var start = position
      var end = matchEnd
      position = matchEnd
      if ignoresSpecial && token.isSpecial { continue }
      if token.isSingleWord && hasWordNeighbour(start, end, text, range) { continue }
      if token.stripsLeft {
        // Not what the previous match took.
        start = max(Whitespace.trimmed(min(done, start)..<start, of: text, left: false, right: true).upperBound, done)
      }
      if token.stripsRight {
        end = Whitespace.trimmed(end..<range.upperBound, of: text, left: true, right: false).lowerBound
      }
      if done < start, !body(.text(done..<start)) { return false }
      if !body(.token(token.id)) { return false }
      done = end
    }
    return done >= range.upperBound || body(.text(done..<range.upperBound))
  }

  private func hasWordNeighbour(_ start: Int, _ end: Int, _ text: [UInt8], _ range: Range<Int>) -> Bool {
    if start > range.lowerBound, isWord(UTF8Text.scalar(before: start, in: text).scalar) { return true }
    return end < range.upperBound && isWord(UTF8Text.scalar(at: end, in: text).scalar)
  }

  private func isWord(_ scalar: UInt32) -> Bool {
    ScalarProperties(rawValue: properties[scalar]).contains(.word)
  }
}
