/// Cuts text where a pattern matches.
///
/// Upstream: `pre_tokenizers/split.rs`, and `SplitDelimiterBehavior` in `tokenizer/normalizer.rs`.
struct Splitter: Sendable {
  /// What becomes of a match.
  enum Behavior: String, Sendable, CaseIterable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
  }

  enum Pattern: Sendable {
    /// This text.
    case text([UInt8])
    case words(WordMatcher)
    /// So many scalars of some classes in a row.
    case run(of: PatternClass, ClosedRange<Int>)
  }

  let pattern: Pattern
  let behavior: Behavior
  /// True if what lies between the matches is taken for them.
  let inverts: Bool
  private let classes = PatternClasses()

  init(_ pattern: Pattern, _ behavior: Behavior, inverts: Bool = false) {
    self.pattern = pattern
    self.behavior = behavior
    self.inverts = inverts
  }

  /// Calls `body` with each piece of `range` of `text` until it returns false.
  ///
  /// - Returns: False where `body` did.
  @inline(__always)
  func forEachPiece(in text: [UInt8], _ range: Range<Int>, _ body: (Range<Int>) -> Bool) -> Bool {
    guard case .words(let matcher) = pattern, behavior == .isolated, matcher.pattern.matchesAll else {
      return forEachMergedPiece(in: text, range, body)
    }
    var position = range.lowerBound
    while position < range.upperBound {
      let end = matcher.match(in: text, from: position, to: range.upperBound) ?? range.upperBound
      if !body(position..<end) { return false }
      position = end
    }
    return true
  }

  /// A match, or what lies between two.
  private typealias Part = (range: Range<Int>, isMatch: Bool)

  private func forEachMergedPiece(in text: [UInt8], _ range: Range<Int>, _ body: (Range<Int>) -> Bool) -> Bool {
    var waiting: Part?
    let goesOn = forEachPart(in: text, range) { part in
      guard let last = waiting else {
        waiting = part
        return true
      }
      let merges =
        switch behavior {
        case .removed, .isolated: false
        case .contiguous: last.isMatch == part.isMatch
        case .mergedWithPrevious: part.isMatch && !last.isMatch
        case .mergedWithNext: last.isMatch && !part.isMatch
        }
      // What follows a merged piece is compared with its second part.
      waiting = (merges ? last.range.lowerBound..<part.range.upperBound : part.range, part.isMatch)
      return merges || behavior == .removed && last.isMatch || body(last.range)
    }
    guard goesOn, let waiting else { return goesOn }
    return behavior == .removed && waiting.isMatch || body(waiting.range)
  }

  private func forEachPart(in text: [UInt8], _ range: Range<Int>, _ body: (Part) -> Bool) -> Bool {
    var done = range.lowerBound
    var position = range.lowerBound
    while position < range.upperBound {
      guard let end = match(in: text, from: position, to: range.upperBound) else {
        position += UTF8Text.scalar(at: position, in: text).length
        continue
      }
      if done < position, !body((done..<position, inverts)) { return false }
      if !body((position..<end, !inverts)) { return false }
      position = end
      done = end
    }
    return done == range.upperBound || body((done..<range.upperBound, inverts))
  }

  /// The end of the match that starts at `start`, before `end`; nil where there is none.
  private func match(in text: [UInt8], from start: Int, to end: Int) -> Int? {
    switch pattern {
    case .text(let pattern):
      return text[start..<end].starts(with: pattern) ? start + pattern.count : nil
    case .words(let matcher): return matcher.match(in: text, from: start, to: end)
    case .run(let wanted, let counts):
      let match = classes.run(of: wanted, in: text, from: start, to: end, atMost: counts.upperBound)
      guard match > start else { return nil }
      return counts.lowerBound == 1 || UTF8Text.count(of: start..<match, in: text) >= counts.lowerBound ? match : nil
    }
  }
}
