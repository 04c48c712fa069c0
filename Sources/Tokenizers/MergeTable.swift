/// The merges of a BPE model by the ids of their two tokens.
///
/// Most pairs of neighbours in a text do not merge, so a miss must be cheap: a slot is one word, half of it the rank and
/// half of it bits of the hash, and a miss reads one slot or two.
struct MergeTable: Sendable {
  /// The rank of a pair that does not merge; later than any other.
  static let none = UInt32.max

  private struct Merge: Sendable {
    let left: Int32
    let right: Int32
    let merged: Int32
  }

  /// By rank.
  private var merges: [Merge] = []
  /// Open addressing: bits of the hash in the upper half, one more than the rank in the lower one; 0 where free.
  private var slots: [UInt64]
  /// The top bits of the hash choose the slot.
  private let shift: UInt64

  /// Makes an empty table with room for `capacity` merges.
  init(capacity: Int) {
    var bits: UInt64 = 4
    while 1 << bits < capacity * 2 { bits += 1 }
    shift = 64 - bits
    slots = [UInt64](repeating: 0, count: 1 << Int(bits))
    merges.reserveCapacity(capacity)
  }

  /// The number of merges, repeated ones included.
  var count: Int { merges.count }

  /// The merge of a rank: the ids of its tokens and of what they become.
  subscript(_ rank: Int) -> (left: Int32, right: Int32, merged: Int32) {
    (merges[rank].left, merges[rank].right, merges[rank].merged)
  }

  /// Appends the merge of the next rank; of two merges of one pair the later one counts, as upstream.
  mutating func append(_ left: Int32, _ right: Int32, to merged: Int32) {
    let hash = Self.hash(left, right)
    merges.append(Merge(left: left, right: right, merged: merged))
    var slot = Int(truncatingIfNeeded: hash >> (shift & 63))
    while slots[slot] != 0, !isMerge(slots[slot], hash, left, right) { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = hash << 32 | UInt64(merges.count)
  }

  /// The rank of a pair; `none` where it does not merge.
  @inline(__always)
  func rank(_ left: Int32, _ right: Int32) -> UInt32 {
    let hash = Self.hash(left, right)
    var slot = Int(truncatingIfNeeded: hash >> (shift & 63))
    while slots[slot] != 0 {
      if isMerge(slots[slot], hash, left, right) { return UInt32(truncatingIfNeeded: slots[slot]) - 1 }
      slot = (slot + 1) & (slots.count - 1)
    }
    return Self.none
  }

  /// What the merge of a rank makes.
  @inline(__always)
  func merged(_ rank: UInt32) -> Int32 { merges[Int(rank)].merged }

  @inline(__always)
  private func isMerge(_ slot: UInt64, _ hash: UInt64, _ left: Int32, _ right: Int32) -> Bool {
    guard slot >> 32 == hash & 0xFFFF_FFFF else { return false }
    let merge = merges[Int(slot & 0xFFFF_FFFF) - 1]
    return merge.left == left && merge.right == right
  }

  /// A hash whose upper bits choose the slot and whose lower ones tell pairs in it apart.
  @inline(__always)
  private static func hash(_ left: Int32, _ right: Int32) -> UInt64 {
    let key = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    let mixed = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
    return (mixed ^ mixed >> 29) &* 0xBF58_476D_1CE4_E5B9
  }
}
