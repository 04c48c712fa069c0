/// Σ x², in Double over chunks of a fixed size; not finite if and only if x is not finite or overflows.
package func sumOfSquares(_ x: FloatBuffer) -> Double {
  sumOfParts(x.count) { range in
    var total = Lanes()
    addSquares(x.base + range.lowerBound, count: range.count, to: &total)
    return sum(total)
  }
}

/// Σ x² of a table of which x has some rows, where the others are 0: the same bits as of the whole table.
///
/// - Parameter rows: the indices of the rows, ascending.
/// - Shape: x `[rows, width]`
package func sumOfSquares(_ x: FloatBuffer, rows: [Int32], of tableRows: Int, width: Int) -> Double {
  require(
    x.count == rows.count * width && zip(rows, rows.dropFirst()).allSatisfy(<)
      && (rows.first ?? 0) >= 0 && Int(rows.last ?? -1) < tableRows,
    "sumOfSquares: \(x.count) elements for \(rows.count) of \(tableRows) rows of \(width)")
  return sumOfParts(tableRows * width) { range in
    // Every element is added in the lane and in the order in which the whole table has it.
    var total = Lanes()
    var next = firstIndex(in: rows) { (Int($0) + 1) * width > range.lowerBound }
    while next < rows.count {
      let start = Int(rows[next]) * width
      if start >= range.upperBound { break }
      let (lower, upper) = (max(start, range.lowerBound), min(start + width, range.upperBound))
      let source = x.base + next * width + (lower - start)
      let head = min(upper - lower, (laneCount - lower % laneCount) % laneCount)
      for offset in 0..<head {
        let lane = (lower + offset) % laneCount
        total[lane] = multiplyAdd(source[offset], source[offset], total[lane])
      }
      addSquares(source + head, count: upper - lower - head, to: &total)
      next += 1
    }
    return sum(total)
  }
}

private func sumOfParts(_ count: Int, _ part: (Range<Int>) -> Float) -> Double {
  let partition = Partition(count, size: 1 << 14, unit: laneCount)
  let partials = FloatBuffer(repeating: 0, count: partition.parts)
  parallelFor(partition.parts) { partials.base[$0] = part(partition[$0]) }
  return (0..<partition.parts).reduce(0.0) { $0 + Double(partials.base[$1]) }
}

/// Adds x² lane by lane.
@inline(__always)
func addSquares(_ source: UnsafePointer<Float>, count: Int, to total: inout Lanes) {
  var squares = total
  forEachLanes(count) { offset in
    let lanes = load(source + offset)
    squares = multiplyAdd(lanes, lanes, squares)
  } rest: { offset, count in
    let lanes = load(source + offset, count: count)
    squares = multiplyAdd(lanes, lanes, squares)
  }
  total = squares
}

/// The first of ascending numbers for which something holds that holds for all after it; their count if there is none.
package func firstIndex(in numbers: [Int32], where holds: (Int32) -> Bool) -> Int {
  var (low, high) = (0, numbers.count)
  while low < high {
    let middle = (low + high) / 2
    if holds(numbers[middle]) { high = middle } else { low = middle + 1 }
  }
  return low
}
