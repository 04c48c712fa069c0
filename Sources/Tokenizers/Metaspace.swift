/// The pre-tokenizer `Metaspace`: spaces become a visible mark, one stands before the text, and words start with it.
///
/// Upstream: `pre_tokenizers/metaspace.rs`.
struct Metaspace: Sendable {
  /// Where a mark is put before a piece of text that does not start with one.
  enum Prefix: String, Sendable {
    case always
    /// Only before a piece at the very start of the whole text.
    case first
    case never
  }

  let mark: [UInt8]
  var prefix: Prefix
  /// True if words are cut before each mark; otherwise the piece stays whole.
  let splits: Bool

  private static let whitespace = WordScanner(.whitespaceSplit)

  /// Calls `body` with each word of `range` of `text` until it returns false.
  ///
  /// - Parameter afterWhitespace: true if the text is first cut at its white space, into several pieces.
  /// - Returns: False where `body` did.
  @inline(__always)
  func forEachWord(
    in text: [UInt8], _ range: Range<Int>, afterWhitespace: Bool, _ body: ([UInt8], Range<Int>) -> Bool
  ) -> Bool {
    var word: [UInt8] = []
    guard afterWhitespace else { return forEachWord(ofPiece: range, text, &word, body) }
    return Self.whitespace.forEachWord(in: text, range) { forEachWord(ofPiece: $0, text, &word, body) }
  }

  /// Calls `body` with the words of a piece, which are put together in `word` one after the other.
  @inline(__always)
  private func forEachWord(
    ofPiece range: Range<Int>, _ text: [UInt8], _ word: inout [UInt8], _ body: ([UInt8], Range<Int>) -> Bool
  ) -> Bool {
    guard !range.isEmpty else { return true }
    word.removeAll(keepingCapacity: true)
    var position = range.lowerBound
    if prefix == .always, text[position] != UInt8(ascii: " "), !isMark(at: position, text, range.upperBound) {
      word += mark
    }
    while position < range.upperBound {
      let byte = text[position]
      let isSpace = byte == UInt8(ascii: " ")
      guard isSpace || byte == mark[0] && isMark(at: position, text, range.upperBound) else {
        word.append(byte)
        position += 1
        continue
      }
      if splits, !word.isEmpty {
        if !body(word, word.indices) { return false }
        word.removeAll(keepingCapacity: true)
      }
      word += mark
      position += isSpace ? 1 : mark.count
    }
    return body(word, word.indices)
  }

  private func isMark(at position: Int, _ text: [UInt8], _ end: Int) -> Bool {
    guard position + mark.count <= end else { return false }
    for offset in mark.indices where text[position + offset] != mark[offset] { return false }
    return true
  }
}
