/// All the pieces that a text starts with, found in one walk along its bytes: a double array.
///
/// A node is one word of memory, and its child for a byte stands at the place `base ^ byte`. A child knows the byte that
/// leads to it; since no two nodes have the same base, that byte alone proves that it is a child of the node.
///
/// J. Aoe, "An Efficient Digital Search Algorithm by Using a Double-Array Structure", 1989.
struct PieceTrie: Sendable {
  /// From the lowest bit: 9 bits for one more than the byte of the node (0 where no node is), 23 bits for one more than
  /// the number of the piece that ends there (0 where none does), 32 bits for the base of its children.
  ///
  /// The root is the first word. The rest of the first block stays empty: the base of a node without children is 0.
  let units: [UInt64]

  /// Makes the trie of the keys of a table; an empty key is never found.
  init(_ table: ByteTable) {
    var builder = PieceTrieBuilder(table)
    builder.build()
    units = builder.units
  }
}

/// A place in a trie, reached byte by byte.
struct PieceTrieCursor {
  private var base: Int

  /// Starts at the root.
  @inline(__always)
  init(_ units: Span<UInt64>) {
    base = Int(truncatingIfNeeded: units[0] >> 32)
  }

  /// Follows a byte.
  ///
  /// - Returns: The number of the piece that ends there, -1 where none does, and nil where no piece goes on with the byte.
  @inline(__always)
  mutating func next(_ byte: UInt8, _ units: Span<UInt64>) -> Int? {
    let unit = units[base ^ Int(byte)]
    guard unit & 0x1FF == UInt64(byte) + 1 else { return nil }
    base = Int(truncatingIfNeeded: unit >> 32)
    return Int(truncatingIfNeeded: unit >> 9 & 0x7F_FFFF) - 1
  }
}

/// Finds a place for every node.
private struct PieceTrieBuilder {
  private(set) var units = [UInt64](repeating: 0, count: 256)

  private let table: ByteTable
  /// The numbers of the keys in the order of their bytes.
  private let order: [Int32]
  /// The root alone is in the first block.
  private var blocks = [TrieBlock(isFull: true)]
  /// The first block that may still take a node.
  private var firstOpen = 1

  /// The number of blocks, the last ones, that a node with several children is tried in.
  private static let searched = 12
  /// A block that has refused so many nodes takes no more.
  private static let refusals = 64

  /// Keys that share their first bytes.
  private struct Group {
    var keys: Range<Int>
    /// The number of bytes they share.
    var depth: Int
    /// The place of their node.
    var place: Int
  }

  init(_ table: ByteTable) {
    self.table = table
    order = table.sortedKeys()
  }

  mutating func build() {
    var groups = [Group(keys: order.indices, depth: 0, place: 0)]
    var labels: [UInt8] = []
    var starts: [Int] = []
    while let group = groups.popLast() {
      var first = group.keys.lowerBound
      if first < group.keys.upperBound, table.length(of: Int(order[first])) == group.depth {
        if group.depth > 0 { units[group.place] |= UInt64(order[first] + 1) << 9 }
        first += 1
      }
      labels.removeAll(keepingCapacity: true)
      starts.removeAll(keepingCapacity: true)
      for index in first..<group.keys.upperBound {
        let byte = table.byte(group.depth, of: Int(order[index]))
        guard labels.last != byte else { continue }
        labels.append(byte)
        starts.append(index)
      }
      guard !labels.isEmpty else { continue }
      starts.append(group.keys.upperBound)
      let base = place(labels)
      units[group.place] |= UInt64(base) << 32
      for (index, label) in labels.enumerated() {
        let place = base ^ Int(label)
        units[place] = UInt64(label) + 1
        groups.append(Group(keys: starts[index]..<starts[index + 1], depth: group.depth + 1, place: place))
      }
    }
  }

  /// Takes a base that no other node has, with a free place for each of the labels.
  private mutating func place(_ labels: [UInt8]) -> Int {
    while firstOpen < blocks.count, blocks[firstOpen].isClosed(after: Self.refusals) { firstOpen += 1 }
    var number = labels.count == 1 ? firstOpen : max(firstOpen, blocks.count - Self.searched)
    while true {
      if number == blocks.count {
        blocks.append(TrieBlock(isFull: false))
        units += repeatElement(0, count: 256)
      }
      if let base = blocks[number].place(labels) { return number << 8 | base }
      number += 1
    }
  }
}

/// 256 places, and the 256 bases whose children stand there.
private struct TrieBlock {
  /// A bit for every place without a node.
  private var free: SIMD4<UInt64>
  /// A bit for every base that no node has.
  private var unused: SIMD4<UInt64>
  private var refusals = 0

  init(isFull: Bool) {
    free = isFull ? .zero : SIMD4(repeating: .max)
    unused = free
  }

  func isClosed(after limit: Int) -> Bool { free == .zero || refusals >= limit }

  /// Takes a base and the places of its children; nil where they do not fit.
  mutating func place(_ labels: [UInt8]) -> Int? {
    var bases = unused
    for label in labels {
      bases &= Self.moved(free, by: label)
      if bases == .zero {
        refusals += 1
        return nil
      }
    }
    var lane = 0
    while bases[lane] == 0 { lane += 1 }
    let base = lane << 6 | bases[lane].trailingZeroBitCount
    unused[lane] &= ~(1 << UInt64(base & 63))
    for label in labels {
      let place = base ^ Int(label)
      free[place >> 6] &= ~(1 << UInt64(place & 63))
    }
    return base
  }

  /// The bits with bit `place` at `place ^ label`.
  private static func moved(_ bits: SIMD4<UInt64>, by label: UInt8) -> SIMD4<UInt64> {
    var bits = bits
    func swap(_ distance: UInt64, _ mask: UInt64) {
      guard label & UInt8(distance) != 0 else { return }
      bits = (bits & mask) &<< distance | (bits &>> distance) & mask
    }
    swap(1, 0x5555_5555_5555_5555)
    swap(2, 0x3333_3333_3333_3333)
    swap(4, 0x0F0F_0F0F_0F0F_0F0F)
    swap(8, 0x00FF_00FF_00FF_00FF)
    swap(16, 0x0000_FFFF_0000_FFFF)
    swap(32, 0x0000_0000_FFFF_FFFF)
    if label & 64 != 0 { bits = SIMD4(bits[1], bits[0], bits[3], bits[2]) }
    if label & 128 != 0 { bits = SIMD4(bits[2], bits[3], bits[0], bits[1]) }
    return bits
  }
}
