import Datasets
import Retrieval

/// Groups of texts that are nearly the same: the Jaccard index of their character shingles is at least ``limit``, or a chain of
/// such pairs leads from one to the other.
///
/// Pairs are found by MinHash (Broder, "On the resemblance and containment of documents", 1997) in bands (Leskovec, Rajaraman and
/// Ullman, "Mining of Massive Datasets", 3.4): 256 hashes in 64 bands of 4. A pair at the limit is missed with a probability of
/// (1 − 0.6⁴)⁶⁴ = 0.00014, one at 0.7 with 3 · 10⁻⁸. Each pair found is then checked exactly. Nothing depends on chance
/// or on the order of the files.
enum NearDuplicates {
  /// The least Jaccard index of near-duplicates, as in the mining rule `nearDuplicates` of the recipes.
  static let limit = 0.6

  /// The rule in words.
  static var rule: String {
    "texts are near-duplicates where the Jaccard index of their sets of \(Shingles.length) characters is \(limit) or more"
  }

  /// Joins the near-duplicates among texts.
  ///
  /// - Parameter components: One thing for each text.
  /// - Returns: The number of texts that have a near-duplicate.
  static func join(_ texts: [String], in components: inout DisjointSets) -> Int {
    let shingles = texts.map { Shingles($0) }
    let bands = shingles.map { MinHash.bands(of: $0) }
    var isJoined = Array(repeating: false, count: texts.count)
    for band in 0..<MinHash.bandCount {
      var entries: [(key: UInt32, text: Int)] = []
      for (text, keys) in bands.enumerated() where !keys.isEmpty { entries.append((keys[band], text)) }
      entries.sort { ($0.key, $0.text) < ($1.key, $1.text) }
      var start = 0
      while start < entries.count {
        var end = start + 1
        while end < entries.count && entries[end].key == entries[start].key { end += 1 }
        join(entries[start..<end].map(\.text), shingles, &components, &isJoined)
        start = end
      }
    }
    return isJoined.count { $0 }
  }

  /// The groups in a bucket that a text is compared with; a bucket with more of them is of texts with much in common that
  /// are no near-duplicates.
  private static let mostComparisons = 500

  /// Compares the texts of a bucket with one another, those of one group no more.
  private static func join(
    _ bucket: [Int], _ shingles: [Shingles], _ components: inout DisjointSets, _ isJoined: inout [Bool]
  ) {
    if bucket.count < 2 { return }
    for (place, text) in bucket.enumerated().dropFirst() {
      var comparisons = 0
      for other in bucket[..<place].reversed() {
        if components.root(of: text) == components.root(of: other) { continue }
        if comparisons == mostComparisons { break }
        comparisons += 1
        if shingles[text].resemblance(to: shingles[other], reaches: limit) {
          components.join(text, other)
          isJoined[text] = true
          isJoined[other] = true
        }
      }
    }
  }
}

/// The least hashes of a text's shingles under many hash functions, in bands.
private enum MinHash {
  static let bandCount = 64
  private static let rows = 4
  private typealias Lanes = SIMD16<Int32>

  /// The factors and addends of the hash functions x → a · x + b on 32 bits, all factors odd.
  private static let functions: [(factors: Lanes, addends: Lanes)] = (0..<bandCount * rows / Lanes.scalarCount).map {
    group in
    var (factors, addends) = (Lanes(), Lanes())
    for lane in 0..<Lanes.scalarCount {
      let number = UInt64(group * Lanes.scalarCount + lane)
      factors[lane] = Int32(truncatingIfNeeded: mixed(2 * number + 1)) | 1
      addends[lane] = Int32(truncatingIfNeeded: mixed(2 * number + 2))
    }
    return (factors, addends)
  }

  /// One key for each band; none for a text without shingles.
  static func bands(of shingles: Shingles) -> [UInt32] {
    if shingles.hashes.isEmpty { return [] }
    let bits = shingles.hashes.map { Int32(truncatingIfNeeded: mixed(UInt64($0))) }
    let least = functions.map { function in
      var least = Lanes(repeating: .max)
      for bits in bits {
        let hash = Lanes(repeating: bits) &* function.factors &+ function.addends
        least.replace(with: hash, where: hash .< least)
      }
      return least
    }
    return (0..<bandCount).map { band in
      var key: UInt64 = 0
      for row in band * rows..<(band + 1) * rows {
        key = mixed(key ^ UInt64(truncatingIfNeeded: least[row / Lanes.scalarCount][row % Lanes.scalarCount]))
      }
      return UInt32(truncatingIfNeeded: key)
    }
  }

  /// The number that SplitMix64 gives in a state.
  private static func mixed(_ state: UInt64) -> UInt64 { StableRandom.mixed(state &+ StableRandom.increment) }
}
