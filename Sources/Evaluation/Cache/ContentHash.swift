import Digests

/// A SHA-256 as four words, which identifies texts and models in a cache.
package struct ContentHash: Hashable, Comparable, Sendable {
  /// The words, the first bytes of the digest lowest in the first.
  let first, second, third, fourth: UInt64

  init(_ words: some Collection<UInt64>) {
    let words = Array(words)
    (first, second, third, fourth) = (words[0], words[1], words[2], words[3])
  }

  init(_ digest: Digest) {
    var words = [UInt64](repeating: 0, count: 4)
    for (index, byte) in digest.bytes.enumerated() { words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8) }
    self.init(words)
  }

  /// The hash of a text's bytes.
  package init(of text: String) { self.init(Digest.sha256(of: text)) }

  var words: [UInt64] { [first, second, third, fourth] }

  package static func < (left: Self, right: Self) -> Bool {
    (left.first, left.second, left.third, left.fourth) < (right.first, right.second, right.third, right.fourth)
  }
}

/// A 64-bit checksum of words, against accidental damage.
///
/// Every step is invertible, so a change to a single word always changes the sum.
struct Checksum {
  private(set) var value: UInt64 = 0x484F_4E45_2D56_4543

  mutating func add(_ word: UInt64) {
    value = (value ^ word) &* 0x9E37_79B9_7F4A_7C15
    value ^= value >> 32
  }
}

extension UInt64 {
  /// Sixteen hexadecimal digits.
  var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
