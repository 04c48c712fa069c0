/// The set of a text's character shingles: runs of letters and digits in lower case, all else as one space between words.
///
/// Kept as sorted 32-bit hashes; two different shingles share a hash so seldom that no index notices.
package struct Shingles: Sendable {
  /// The distinct hashes in ascending order.
  package let hashes: [UInt32]

  /// Characters of a shingle.
  package static let length = 4

  /// The shingles of a text; a text shorter than one shingle is one by itself.
  package init(_ text: String) {
    var characters: [UInt32] = []
    characters.reserveCapacity(text.utf8.count)
    var isBetweenWords = false
    for scalar in text.unicodeScalars {
      guard scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) else {
        isBetweenWords = true
        continue
      }
      if isBetweenWords && !characters.isEmpty { characters.append(32) }
      isBetweenWords = false
      if scalar.isASCII {
        characters.append(scalar.value | (scalar.value >= 65 && scalar.value <= 90 ? 0x20 : 0))
      } else {
        characters += scalar.properties.lowercaseMapping.unicodeScalars.map(\.value)
      }
    }
    let count = max(characters.isEmpty ? 0 : 1, characters.count - Self.length + 1)
    var hashes = (0..<count).map { start in
      characters[start..<min(characters.count, start + Self.length)].reduce(0x811C_9DC5 as UInt32) { hash, character in
        (hash ^ character) &* 0x0100_0193 ^ (hash >> 15)
      }
    }
    hashes.sort()
    var last: UInt32?
    self.hashes = hashes.filter { hash in
      defer { last = hash }
      return hash != last
    }
  }

  /// Bytes that the set takes.
  var bytes: Int { hashes.count * MemoryLayout<UInt32>.stride }

  /// True if the Jaccard index of two sets is at least a limit.
  package func resemblance(to other: Shingles, reaches limit: Double) -> Bool {
    let (smaller, larger) = (min(hashes.count, other.hashes.count), max(hashes.count, other.hashes.count))
    // The index is at most the ratio of the sizes.
    if larger == 0 || Double(smaller) < limit * Double(larger) { return false }
    var (shared, left, right) = (0, 0, 0)
    while left < hashes.count && right < other.hashes.count {
      let (a, b) = (hashes[left], other.hashes[right])
      if a == b { shared += 1 }
      if a <= b { left += 1 }
      if b <= a { right += 1 }
    }
    return Double(shared) >= limit * Double(hashes.count + other.hashes.count - shared)
  }
}
