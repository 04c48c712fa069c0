#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Large blocks of memory, cut from a few mapped segments and merged again when they are freed.
///
/// A block comes from the lowest free range that is large enough (address-ordered first fit), and adjacent free ranges
/// are merged. A tape frees its tensors in the reverse order of their creation, so a training step leaves large free
/// ranges behind, whatever its sizes were: ragged batches differ from step to step, and still hardly a step after the
/// largest touches new pages. Segments ask for huge pages, which saves most page faults and TLB misses.
///
/// Not thread-safe: `BufferPool` guards it.
struct Arena {
  /// The free memory: non-empty, non-adjacent ranges, by address.
  private var free: [Range<UInt>] = []

  /// The granularity of blocks, in bytes.
  static let unit = 4096
  private static let hugePage = 2 << 20
  /// The address space of a segment: enough for most runs, so that free ranges seldom end at a segment's border.
  private static let segment = 4 << 30

  /// The size of the block for a request.
  static func roundedSize(of bytes: Int) -> Int { (bytes + unit - 1) / unit * unit }

  /// Returns a block of a rounded size, or nil if the system is out of memory.
  mutating func take(_ size: Int) -> UnsafeMutableRawPointer? {
    guard let index = free.firstIndex(where: { $0.count >= size }) ?? mapSegment(for: size) else { return nil }
    let range = free[index]
    let end = range.lowerBound + UInt(size)
    if end == range.upperBound { free.remove(at: index) } else { free[index] = end..<range.upperBound }
    return UnsafeMutableRawPointer(bitPattern: range.lowerBound)
  }

  /// Frees a block that `take` returned.
  mutating func give(back address: UnsafeMutableRawPointer, _ size: Int) {
    let start = UInt(bitPattern: address)
    insert(start..<start + UInt(size))
  }

  /// Returns all free memory to the system; its addresses stay.
  func drain() {
    for range in free {
      madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
    }
  }

  /// Adds a free range, merged with the neighbours it touches; returns its index.
  @discardableResult
  private mutating func insert(_ range: Range<UInt>) -> Int {
    var index = firstIndex(atOrAbove: range.lowerBound)
    var merged = range
    if index < free.count, free[index].lowerBound == merged.upperBound {
      merged = merged.lowerBound..<free[index].upperBound
      free.remove(at: index)
    }
    if index > 0, free[index - 1].upperBound == merged.lowerBound {
      index -= 1
      free[index] = free[index].lowerBound..<merged.upperBound
    } else {
      free.insert(merged, at: index)
    }
    return index
  }

  /// The first free range that begins at an address or above.
  private func firstIndex(atOrAbove address: UInt) -> Int {
    var (low, high) = (0, free.count)
    while low < high {
      let middle = (low + high) / 2
      if free[middle].lowerBound < address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Maps a segment large enough for a block, and returns the index of its free range.
  private mutating func mapSegment(for size: Int) -> Int? {
    // Untouched pages take no memory; a system that counts them all the same gets a smaller segment.
    for wanted in [max(size, Self.segment), size] {
      // Mapped with room to spare, so that it can be aligned to a huge page.
      let length = wanted + Self.hugePage
      guard let mapped = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        mapped != MAP_FAILED
      else { continue }
      #if os(Linux)
        madvise(mapped, length, MADV_HUGEPAGE)
      #endif
      let start = (UInt(bitPattern: mapped) + UInt(Self.hugePage) - 1) / UInt(Self.hugePage) * UInt(Self.hugePage)
      return insert(start..<UInt(bitPattern: mapped) + UInt(length))
    }
    return nil
  }
}
