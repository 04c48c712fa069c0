/// The model `WordPiece`: the longest token from the left, again and again; one unknown token where that fails.
///
/// Upstream: `models/wordpiece/mod.rs`.
struct WordPiece: WordModel {
  let vocabulary: Vocabulary
  /// The token of unknown words; it may be missing from the vocabulary until a word needs it.
  let unknownToken: String?
  let unknownID: Int32?
  /// The longest word, in scalars, that is looked up at all.
  let maximumWordLength: Int
  /// The prefix of every piece of a word but the first in the vocabulary.
  let continuation: ByteTable.Prefix
  private let noPrefix = ByteTable.Prefix([])

  init(vocabulary: Vocabulary, unknownToken: String, continuation: String, maximumWordLength: Int) {
    self.vocabulary = vocabulary
    self.unknownToken = unknownToken
    self.continuation = ByteTable.Prefix(Array(continuation.utf8))
    self.maximumWordLength = maximumWordLength
    unknownID = vocabulary.id(of: unknownToken.utf8)
  }

  var canFail: Bool { unknownID == nil }

  func makeWorkspace() {}

  @inline(__always)
  func append(_ text: [UInt8], _ start: Int, _ end: Int, _: inout Void, to ids: inout [Int32]) -> Bool {
    let isTooLong =
      end - start > maximumWordLength && UTF8Text.count(of: start..<end, in: text) > maximumWordLength
    if isTooLong { return appendUnknown(to: &ids) }
    let mark = ids.count
    var piece = vocabulary.table.longestKey(noPrefix, in: text, from: start, to: end)
    while let (index, position) = piece {
      ids.append(vocabulary.ids[index])
      if position == end { return true }
      piece = vocabulary.table.longestKey(continuation, in: text, from: position, to: end)
    }
    ids.removeSubrange(mark...)
    return appendUnknown(to: &ids)
  }

  private func appendUnknown(to ids: inout [Int32]) -> Bool {
    guard let unknownID else { return false }
    ids.append(unknownID)
    return true
  }
}
