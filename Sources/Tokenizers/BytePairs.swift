/// The model `BPE`: a word is cut into characters, and neighbours merge, the pair of the lowest rank and of those the
/// leftmost first, until none is left that does.
///
/// Upstream: `models/bpe/model.rs`, `merge_word`.
struct BytePairs: WordModel {
  /// What a file can say about the model apart from its tokens.
  struct Options: Sendable, Equatable {
    /// The token of unknown characters; without one they vanish, as upstream.
    var unknownToken: String?
    /// One unknown token for several unknown characters in a row.
    var fusesUnknown = false
    /// An unknown character becomes the tokens `<0xNN>` of its bytes, where there are all.
    var fallsBackToBytes = false
    /// A word that is a token is taken whole.
    var ignoresMerges = false
    /// The prefix of every piece of a word but the first in the vocabulary.
    var continuation: [UInt8] = []
    /// The suffix of the last piece of a word in the vocabulary.
    var suffix: [UInt8] = []
  }

  let vocabulary: Vocabulary
  let merges: MergeTable
  let options: Options
  let unknownID: Int32?
  /// True if words come as the bytes that the characters of the alphabet stand for.
  let readsBytes: Bool

  /// The token of each byte where words come as bytes; -1 where the vocabulary has none.
  private let byteTokens: [Int32]
  /// Words that are known to become one token, and those tokens.
  private let words: ByteTable
  private let wordIDs: [Int32]
  /// True if no merge makes a token that is not longer than both of its parts.
  private let isGrowing: Bool

  /// The longest token, in bytes, that is looked up as a word before its merges are tried.
  private static let longestWord = 32
  /// The longest word, in symbols, whose pairs are searched anew after each merge; a longer one keeps them in a heap.
  private static let longestSearch = 48

  var unknownToken: String? { options.unknownToken }

  var canFail: Bool { unknownToken != nil && unknownID == nil && !(readsBytes && !byteTokens.contains(-1)) }

  init(vocabulary: Vocabulary, merges: MergeTable, options: Options, readsBytes: Bool = false) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.options = options
    self.readsBytes = readsBytes
    unknownID = options.unknownToken.flatMap { vocabulary.id(of: $0.utf8) }
    isGrowing = options.continuation.isEmpty && vocabulary.table.index(of: []) == nil
    byteTokens =
      readsBytes
      ? (UInt8.min...UInt8.max).map { byte in
        var character: [UInt8] = []
        ByteAlphabet.append([byte], 0..<1, to: &character)
        return vocabulary.id(of: character) ?? -1
      } : []
    words = ByteTable(capacity: 0)
    wordIDs = []
  }

  /// The same model for words that come as bytes or not, with the words that it knows.
  func prepared(readingBytes: Bool) -> BytePairs {
    let model = BytePairs(vocabulary: vocabulary, merges: merges, options: options, readsBytes: readingBytes)
    return BytePairs(model, words: model.wholeWords())
  }

  private init(_ model: BytePairs, words: (table: ByteTable, ids: [Int32])) {
    vocabulary = model.vocabulary
    merges = model.merges
    options = model.options
    unknownID = model.unknownID
    readsBytes = model.readsBytes
    byteTokens = model.byteTokens
    isGrowing = model.isGrowing
    self.words = words.table
    wordIDs = words.ids
  }

  /// The words that become one token: every token where merges are ignored, otherwise those that their merges lead to.
  private func wholeWords() -> (table: ByteTable, ids: [Int32]) {
    var table = ByteTable(capacity: vocabulary.count)
    var ids: [Int32] = []
    guard options.ignoresMerges || (options.continuation.isEmpty && options.suffix.isEmpty) else { return (table, ids) }
    ids.reserveCapacity(vocabulary.count)
    var workspace = makeWorkspace()
    var found: [Int32] = []
    for index in 0..<vocabulary.count {
      let token = vocabulary.table.key(index)
      guard !token.isEmpty, options.ignoresMerges || token.count <= Self.longestWord,
        let word = readsBytes ? ByteAlphabet.bytes(of: token) : Array(token)
      else { continue }
      if !options.ignoresMerges {
        found.removeAll(keepingCapacity: true)
        guard appendPieces(word, 0, word.count, &workspace, to: &found), found == [vocabulary.ids[index]] else {
          continue
        }
      }
      _ = table.insert(word)
      ids.append(vocabulary.ids[index])
    }
    return (table, ids)
  }

  // MARK: - Encoding

  /// Memory for one word.
  struct Workspace {
    fileprivate(set) var symbols: [Int32] = []
    fileprivate var ranks: [UInt32] = []
    fileprivate var text: [UInt8] = []
    fileprivate var links = MergeHeap()
  }

  func makeWorkspace() -> Workspace { Workspace() }

  @inline(__always)
  func append(
    _ text: [UInt8], _ start: Int, _ end: Int, _ workspace: inout Workspace, to ids: inout [Int32]
  ) -> Bool {
    if end - start <= words.longest, let index = words.index(in: text, from: start, to: end) {
      ids.append(wordIDs[index])
      return true
    }
    return appendPieces(text, start, end, &workspace, to: &ids)
  }

  /// Appends the ids of a word that is not known as a whole.
  private func appendPieces(
    _ text: [UInt8], _ start: Int, _ end: Int, _ workspace: inout Workspace, to ids: inout [Int32]
  ) -> Bool {
    workspace.symbols.removeAll(keepingCapacity: true)
    guard appendCharacters(text, start, end, &workspace) else { return false }
    if workspace.symbols.count <= Self.longestSearch, isGrowing {
      mergeBySearch(&workspace)
    } else {
      workspace.links.merge(&workspace.symbols, by: merges)
    }
    ids += workspace.symbols
    return true
  }

  /// Appends the tokens of the characters of a word to the symbols.
  private func appendCharacters(_ text: [UInt8], _ start: Int, _ end: Int, _ workspace: inout Workspace) -> Bool {
    guard readsBytes else { return appendScalars(text, start, end, to: &workspace.symbols) }
    for position in start..<end {
      let token = byteTokens[Int(text[position])]
      guard token >= 0 else {
        workspace.symbols.removeAll(keepingCapacity: true)
        workspace.text.removeAll(keepingCapacity: true)
        ByteAlphabet.append(text, start..<end, to: &workspace.text)
        return appendScalars(workspace.text, 0, workspace.text.count, to: &workspace.symbols)
      }
      workspace.symbols.append(token)
    }
    return true
  }

  /// Merges the pair of the lowest rank, the leftmost of equal ones, until none is left.
  private func mergeBySearch(_ workspace: inout Workspace) {
    var count = workspace.symbols.count
    guard count > 1 else { return }
    workspace.ranks.removeAll(keepingCapacity: true)
    for index in 1..<count {
      workspace.ranks.append(merges.rank(workspace.symbols[index - 1], workspace.symbols[index]))
    }
    while count > 1 {
      var best = 0
      var lowest = workspace.ranks[0]
      for index in 1..<max(count - 1, 1) where workspace.ranks[index] < lowest {
        lowest = workspace.ranks[index]
        best = index
      }
      guard lowest != MergeTable.none else { break }
      let merged = merges.merged(lowest)
      workspace.symbols[best] = merged
      count -= 1
      if best + 1 < count {
        for index in best + 1..<count { workspace.symbols[index] = workspace.symbols[index + 1] }
        for index in best..<count - 1 { workspace.ranks[index] = workspace.ranks[index + 1] }
        workspace.ranks[best] = merges.rank(merged, workspace.symbols[best + 1])
      }
      if best > 0 { workspace.ranks[best - 1] = merges.rank(workspace.symbols[best - 1], merged) }
    }
    workspace.symbols.removeSubrange(count...)
  }
}
