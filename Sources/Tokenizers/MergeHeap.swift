/// Merges the symbols of a long word in a time of `n log n`: the pairs wait in a heap, and the symbols are a linked list.
///
/// Upstream: `models/bpe/word.rs`, `merge_all`. As there, a pair that has changed since it was put on the heap still merges
/// if what it makes now is the same token.
struct MergeHeap {
  /// A binary heap of the rank, above the position of the left symbol.
  private var heap: [UInt64] = []
  private var previous: [Int32] = []
  private var next: [Int32] = []
  /// In the place of a symbol that was merged into the one before it.
  private static let removed: Int32 = -1

  /// Merges the pair of the lowest rank, the leftmost of equal ones, until none is left.
  mutating func merge(_ symbols: inout [Int32], by merges: MergeTable) {
    heap.removeAll(keepingCapacity: true)
    previous = (0..<Int32(symbols.count)).map { $0 - 1 }
    next = (0..<Int32(symbols.count)).map { $0 + 1 < symbols.count ? $0 + 1 : -1 }
    for index in symbols.indices.dropFirst() { push(index - 1, symbols[index - 1], symbols[index], merges) }
    while let entry = pop() {
      let position = Int(entry & 0xFFFF_FFFF)
      guard symbols[position] != Self.removed, next[position] >= 0 else { continue }
      let right = Int(next[position])
      let rank = merges.rank(symbols[position], symbols[right])
      let merged = merges.merged(UInt32(entry >> 32))
      guard rank != MergeTable.none, merges.merged(rank) == merged else { continue }
      symbols[position] = merged
      symbols[right] = Self.removed
      next[position] = next[right]
      if next[right] >= 0 {
        previous[Int(next[right])] = Int32(position)
        push(position, merged, symbols[Int(next[right])], merges)
      }
      if previous[position] >= 0 {
        push(Int(previous[position]), symbols[Int(previous[position])], merged, merges)
      }
    }
    symbols.removeAll { $0 == Self.removed }
  }

  private mutating func push(_ position: Int, _ left: Int32, _ right: Int32, _ merges: MergeTable) {
    let rank = merges.rank(left, right)
    guard rank != MergeTable.none else { return }
    heap.append(UInt64(rank) << 32 | UInt64(position))
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2] > heap[child] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func pop() -> UInt64? {
    guard let top = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return top }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < heap[parent] else { break }
      heap.swapAt(child, parent)
      parent = child
    }
    return top
  }
}
