/// Splits a count into parts that differ by at most one unit, each a multiple of `unit` except for the last.
///
/// Depends on its arguments only, never on the number of threads, so results do not depend on it either.
struct Partition {
  let count: Int
  let parts: Int
  let unit: Int

  /// Parts of about `size`, an even number of them if there are several, so that two threads finish together.
  init(_ count: Int, size: Int, unit: Int = 1) {
    self.count = count
    self.unit = unit
    let wanted = (count + size - 1) / max(1, size)
    let even = wanted > 1 ? (wanted + 1) / 2 * 2 : wanted
    parts = max(1, min(even, (count + unit - 1) / unit))
  }

  subscript(_ part: Int) -> Range<Int> { start(part)..<start(part + 1) }

  private func start(_ part: Int) -> Int {
    let units = (count + unit - 1) / unit
    return min(count, units * part / parts * unit)
  }
}

/// Calls `body` with ranges that cover 0 ..< count, shared among the threads; small counts in one piece.
package func parallelChunks(_ count: Int, size: Int = 1 << 15, _ body: (Range<Int>) -> Void) {
  let partition = Partition(count, size: size, unit: laneCount)
  parallelFor(partition.parts) { body(partition[$0]) }
}

/// Calls `body` with ranges of rows that cover 0 ..< rows, each of about 32,768 elements.
package func parallelRows(_ rows: Int, width: Int, _ body: (Range<Int>) -> Void) {
  let partition = Partition(rows, size: max(1, (1 << 15) / max(1, width)))
  parallelFor(partition.parts) { body(partition[$0]) }
}
