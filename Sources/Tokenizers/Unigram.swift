/// The model `Unigram`: of all ways to cut a word into pieces of the vocabulary, the one with the greatest sum of scores.
///
/// Characters that are no piece cost ten less than the worst piece; those in a row are one unknown token.
///
/// T. Kudo, "Subword Regularization", 2018, section 3.2; upstream: `models/unigram/model.rs`, `encode_optimized`.
struct Unigram: WordModel {
  /// The id of a piece is its number.
  let vocabulary: Vocabulary
  /// The score of each piece: the logarithm of its probability, as a rule.
  private(set) var scores: [Double]
  /// The scores as a reader has them that rounds decimals once.
  let nearestScores: [Double]
  private(set) var unknownID: Int32?
  /// True if unknown text becomes the tokens of its bytes, such as `<0x0A>`, where all of them are there.
  private(set) var fallsBackToBytes: Bool

  private let trie: PieceTrie
  private var unknownScore: Double
  /// The token of each byte; empty where they are not used.
  private let byteIDs: [Int32?]

  /// Makes a model of as many scores as there are tokens in the vocabulary.
  init(
    vocabulary: Vocabulary, scores: [Double], nearestScores: [Double], unknownID: Int32?, fallsBackToBytes: Bool
  ) {
    self.vocabulary = vocabulary
    self.scores = scores
    self.nearestScores = nearestScores
    self.unknownID = unknownID
    self.fallsBackToBytes = fallsBackToBytes
    trie = PieceTrie(vocabulary.table)
    unknownScore = Self.unknownScore(scores)
    byteIDs =
      fallsBackToBytes
      ? (0..<256).map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return vocabulary.id(of: "<0x\(byte < 16 ? "0" : "")\(digits)>".utf8)
      } : []
  }

  private static func unknownScore(_ scores: [Double]) -> Double { (scores.min() ?? 0) - 10 }

  /// The same pieces with the scores of a reader that rounds once, and without tokens for bytes.
  func withNearestScores(unknownID: Int32) -> Unigram {
    var other = self
    other.scores = nearestScores
    other.unknownScore = Self.unknownScore(nearestScores)
    other.unknownID = unknownID
    other.fallsBackToBytes = false
    return other
  }

  var unknownToken: String? { unknownID.flatMap(vocabulary.token) }

  var canFail: Bool { unknownID == nil }

  /// The best way to cut the beginning of a word.
  struct Path {
    var score = 0.0
    /// Where its last piece starts; -1 where there is no way yet.
    var start: Int32 = -1
    /// The id of its last piece.
    var id: Int32 = 0
  }

  /// The paths to each place of a word.
  struct Workspace {
    fileprivate var paths: [Path] = []
  }

  func makeWorkspace() -> Workspace { Workspace() }

  func append(
    _ text: [UInt8], _ start: Int, _ end: Int, _ workspace: inout Workspace, to ids: inout [Int32]
  ) -> Bool {
    let count = end - start
    if workspace.paths.count <= count {
      workspace.paths = [Path](repeating: Path(), count: max(count + 1, 2 * workspace.paths.count, 64))
    }
    let isComplete = findPaths(text.span.extracting(start..<end), &workspace.paths)
    if isComplete { appendBest(text, start, end, workspace.paths, to: &ids) }
    return isComplete
  }

  /// Fills in the best path to every place between two characters.
  ///
  /// A path is replaced by a better one only: of equal ones, that with the earliest start of its last piece stays.
  ///
  /// - Returns: False where a character is no piece and there is no unknown token.
  @inline(__always)
  private func findPaths(_ word: Span<UInt8>, _ all: inout [Path]) -> Bool {
    let units = trie.units.span
    let scores = scores.span
    var paths = all.mutableSpan
    for place in 1...word.count { paths[place].start = -1 }
    paths[0].score = 0
    var start = 0
    while start < word.count {
      let score = paths[start].score
      let next = start + UTF8Text.length(of: word[start])
      var isKnown = false
      var cursor = PieceTrieCursor(units)
      var place = start
      while place < word.count, let piece = cursor.next(word[place], units) {
        place += 1
        guard piece >= 0 else { continue }
        if place == next { isKnown = true }
        let candidate = scores[piece] + score
        if paths[place].start < 0 || candidate > paths[place].score {
          paths[place] = Path(
            score: candidate, start: Int32(truncatingIfNeeded: start), id: Int32(truncatingIfNeeded: piece))
        }
      }
      if !isKnown {
        let candidate = unknownScore + score
        if paths[next].start < 0 || candidate > paths[next].score {
          guard let unknownID else { return false }
          paths[next] = Path(score: candidate, start: Int32(truncatingIfNeeded: start), id: unknownID)
        }
      }
      start = next
    }
    return true
  }

  /// Appends the pieces of the best path, found from the last to the first.
  private func appendBest(_ text: [UInt8], _ start: Int, _ end: Int, _ paths: [Path], to ids: inout [Int32]) {
    let mark = ids.count
    var place = end - start
    while place > 0 {
      let path = paths[place]
      let last = place
      place = Int(path.start)
      if path.id != unknownID {
        ids.append(path.id)
        continue
      }
      while place > 0, paths[place].id == unknownID { place = Int(paths[place].start) }
      appendUnknown(text[start + place..<start + last], to: &ids)
    }
    var low = mark
    var high = ids.count - 1
    while low < high {
      ids.swapAt(low, high)
      low += 1
      high -= 1
    }
  }

  /// Appends the token of unknown text, or the last to the first of those of its bytes.
  private func appendUnknown(_ text: ArraySlice<UInt8>, to ids: inout [Int32]) {
    // The whole may be a piece that was worth less than its characters.
    if let id = vocabulary.id(of: text) { return ids.append(id) }
    if fallsBackToBytes {
      let mark = ids.count
      for byte in text.reversed() {
        guard let id = byteIDs[Int(byte)] else { break }
        ids.append(id)
      }
      if ids.count - mark == text.count { return }
      ids.removeSubrange(mark...)
    }
    if let unknownID { ids.append(unknownID) }
  }
}
