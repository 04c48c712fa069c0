/// Numbers for texts: 0 for the first text met, 1 for the next different one, and so on.
///
/// Texts are the same only when their UTF-8 bytes are; Swift's own comparison also takes canonically equivalent strings ("é" as
/// one scalar or as two) for the same, which files and the programs that read them do not. A table of slots with open
/// addressing that grows by stored hashes, so that millions of texts are numbered without touching them twice.
package struct DistinctTexts: Sendable {
  /// The texts, by number.
  package private(set) var texts: [String] = []
  private var hashes: [UInt64] = []
  /// A power of two of slots, at most half of them taken: 0, or a number and 1.
  private var slots: [UInt32] = [UInt32](repeating: 0, count: 16)

  /// Makes an empty collection.
  package init() {}

  /// The number of a text, or nil when it was never met.
  package subscript(text: String) -> Int? {
    let number = slots[slot(of: text, Self.hash(text))]
    return number == 0 ? nil : Int(number) - 1
  }

  /// The number of a text, a new one if need be, and whether it is new.
  package mutating func insert(_ text: String) -> (number: Int, isNew: Bool) {
    let hash = Self.hash(text)
    let slot = slot(of: text, hash)
    if slots[slot] != 0 { return (Int(slots[slot]) - 1, false) }
    texts.append(text)
    hashes.append(hash)
    slots[slot] = UInt32(texts.count)
    if 2 * texts.count > slots.count { grow() }
    return (texts.count - 1, true)
  }

  /// The slot in which a text stands, or the free one in which it belongs.
  private func slot(of text: String, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let number = Int(slots[slot]) - 1
      if hashes[number] == hash && Self.haveSameBytes(texts[number], text) { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: 2 * slots.count)
    let mask = slots.count - 1
    for (number, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(number + 1)
    }
  }

  /// Whether two texts are the same byte by byte.
  private static func haveSameBytes(_ left: String, _ right: String) -> Bool {
    let leftBytes = left.utf8.span
    let rightBytes = right.utf8.span
    guard leftBytes.count == rightBytes.count else { return false }
    for position in leftBytes.indices where leftBytes[position] != rightBytes[position] { return false }
    return true
  }

  private static func hash(_ text: String) -> UInt64 {
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
