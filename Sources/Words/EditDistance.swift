/// Distances between words, and suggestions for misspelt ones.
package enum EditDistance {
  /// The candidate a misspelt word most likely means; nil if none is near.
  ///
  /// Nearest is the fewest insertions, deletions, replacements and swaps of neighbours, all differences of letter case
  /// together counting half of one; a suggestion needs fewer than four of them, and fewer than half the longer word's
  /// letters. Of equally near ones the first wins.
  package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let letters = Array(word.unicodeScalars.prefix(maximumLength))
    let folded = letters.map(\.properties.lowercaseMapping)
    var best: (candidate: String, cost: Int)?
    for candidate in candidates {
      let other = Array(candidate.unicodeScalars.prefix(maximumLength))
      let edits = edits(from: folded, to: other.map(\.properties.lowercaseMapping))
      let cost = 2 * edits + (edits == 0 && letters != other ? 1 : 0)
      let limit = min(2 * 4, max(letters.count, other.count))
      if cost < limit && cost < (best?.cost ?? .max) { best = (candidate, cost) }
    }
    return best?.candidate
  }

  /// Words longer than this are compared by their beginnings, so that hostile input costs little.
  private static let maximumLength = 64

  /// The number of elements to insert, remove or replace to make one word of the other.
  ///
  /// - Parameter countsSwaps: True for the optimal string alignment distance, where a swap of neighbours is one edit
  ///   too.
  package static func edits<Element: Equatable>(
    from source: [Element], to target: [Element], countsSwaps: Bool = true
  ) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...target.count)
    for (i, letter) in source.enumerated() {
      var current = [i + 1]
      for (j, other) in target.enumerated() {
        var least = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (letter == other ? 0 : 1))
        if countsSwaps && i > 0 && j > 0 && letter == target[j - 1] && source[i - 1] == other {
          least = min(least, beforePrevious[j - 1] + 1)
        }
        current.append(least)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[target.count]
  }
}
