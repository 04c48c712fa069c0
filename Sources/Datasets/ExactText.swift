/// A string that equals another only when their UTF-8 bytes are equal.
///
/// Swift's own comparison takes canonically equivalent strings ("é" as one scalar or as two) for the same. Files compare
/// bytes, and so must whatever is keyed by an identifier or by "the same text".
struct ExactText: Hashable, Sendable {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static func == (left: ExactText, right: ExactText) -> Bool {
    let leftBytes = left.text.utf8.span
    let rightBytes = right.text.utf8.span
    guard leftBytes.count == rightBytes.count else { return false }
    for position in leftBytes.indices where leftBytes[position] != rightBytes[position] { return false }
    return true
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(stableHash)
  }

  /// 64 bits that depend on the bytes only: the same in every run and on every machine.
  var stableHash: UInt64 {
    let bytes = text.utf8.span
    var hash = UInt64(bytes.count) &+ StableRandom.increment
    var word: UInt64 = 0
    for position in bytes.indices {
      word = word << 8 | UInt64(bytes[position])
      if position & 7 == 7 {
        hash = (hash ^ word) &* 0x9fb2_1c65_1e98_df25
        hash ^= hash >> 32
        word = 0
      }
    }
    return StableRandom.mixed(hash ^ word)
  }
}
