/// A fixed number of the largest scores offered; equal scores rank by a tie breaker, the larger first.
///
/// Tie breakers must all be different, so that the result does not depend on the order of the offers.
package struct BestScores {
  private let selections: Selections

  /// Makes an empty selection of at most `count` scores.
  package init(count: Int) {
    selections = Selections(count: 1, kept: max(0, count))
  }

  /// Adds a score, which must not be NaN, if it is among the largest so far.
  package mutating func offer(_ score: Float, tieBreaker: UInt32) {
    selections.offer(score, tieBreaker, to: 0)
  }

  /// The scores kept, best first.
  package func descending() -> [(score: Float, tieBreaker: UInt32)] { selections.merged(0..<1, step: 1) }
}

/// Selections of the largest of many scores: each a buffer of twice the number kept.
///
/// Score and tie breaker are packed into one 64-bit key with the same order. Keys that reach the current bound are
/// appended; when the buffer is full the larger half is selected, in time linear in its length, and the smallest key of
/// that half becomes the new bound. An offer costs a few nanoseconds for any number kept, where a heap would pay its
/// depth.
///
/// `@unchecked Sendable`: each task of a parallel loop works on selections of its own.
final class Selections: @unchecked Sendable {
  private let count: Int
  private let kept: Int
  private let capacity: Int
  private let keys: UnsafeMutablePointer<UInt64>
  private let states: UnsafeMutablePointer<State>

  /// The state of one selection.
  private struct State {
    var filled = 0
    /// The score below which nothing can be kept.
    var bound = -Float.infinity
  }

  init(count: Int, kept: Int) {
    self.count = count
    self.kept = kept
    capacity = 2 * kept
    keys = .allocate(capacity: max(1, count * capacity))
    states = .allocate(capacity: max(1, count))
    clear()
  }

  deinit {
    keys.deallocate()
    states.deallocate()
  }

  func clear() {
    states.initialize(repeating: State(), count: count)
  }

  /// Offers one score.
  @inline(__always)
  func offer(_ score: Float, _ tieBreaker: UInt32, to index: Int) {
    if kept == 0 || !(score >= states[index].bound) { return }
    append(packed(score, tieBreaker), to: index)
  }

  /// Offers a row of scores; lanes that are all below the bound cost a single comparison.
  func offer(_ scores: UnsafePointer<Float>, _ tieBreakers: UnsafePointer<UInt32>, count: Int, to index: Int) {
    if kept == 0 { return }
    let state = states + index
    forEachLanes(count) { offset in
      let reaching = load(scores + offset) .>= Lanes(repeating: state.pointee.bound)
      if !any(reaching) { return }
      var lanes = bits(reaching)
      while lanes != 0 {
        let lane = offset + lanes.trailingZeroBitCount
        append(packed(scores[lane], tieBreakers[lane]), to: index)
        lanes &= lanes - 1
      }
    } rest: { offset, rest in
      for lane in offset..<offset + rest where scores[lane] >= state.pointee.bound {
        append(packed(scores[lane], tieBreakers[lane]), to: index)
      }
    }
  }

  @inline(__always)
  private func append(_ key: UInt64, to index: Int) {
    let state = states + index
    keys[index * capacity + state.pointee.filled] = key
    state.pointee.filled += 1
    if state.pointee.filled == capacity { halve(index) }
  }

  /// Drops the smaller half of a full buffer and raises the bound.
  @inline(never)
  private func halve(_ index: Int) {
    let buffer = keys + index * capacity
    moveLargestToFront(buffer, count: capacity, kept: kept)
    states[index].filled = kept
    var smallest = UInt64.max
    for offset in 0..<kept { smallest = min(smallest, buffer[offset]) }
    states[index].bound = unpacked(smallest).score
  }

  /// The scores kept by the selections `indices.lowerBound`, + step, …, merged, best first.
  func merged(_ indices: Range<Int>, step: Int) -> [(score: Float, tieBreaker: UInt32)] {
    var all: [UInt64] = []
    for index in stride(from: indices.lowerBound, to: indices.upperBound, by: step) {
      all.append(contentsOf: UnsafeBufferPointer(start: keys + index * capacity, count: states[index].filled))
    }
    all.withUnsafeMutableBufferPointer { all in
      if let base = all.baseAddress, all.count > kept { moveLargestToFront(base, count: all.count, kept: kept) }
    }
    all.removeLast(max(0, all.count - kept))
    all.sort(by: >)
    return all.map(unpacked)
  }
}

/// A mask as one bit per lane.
@inline(__always)
private func bits(_ mask: SIMDMask<SIMD16<Int32>>) -> UInt32 {
  let powers = IntegerLanes(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
  return IntegerLanes(repeating: 0).replacing(with: powers, where: mask).wrappedSum()
}

// MARK: - Keys

/// A key with the order of the pair: the bits of a float order as integers once the negative ones are inverted.
///
/// Adding 0 turns -0 into 0, since the two are equal scores.
@inline(__always)
private func packed(_ score: Float, _ tieBreaker: UInt32) -> UInt64 {
  let bits = (score + 0).bitPattern
  let ordered = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
  return UInt64(ordered) << 32 | UInt64(tieBreaker)
}

@inline(__always)
private func unpacked(_ key: UInt64) -> (score: Float, tieBreaker: UInt32) {
  let ordered = UInt32(truncatingIfNeeded: key >> 32)
  let bits = ordered & 0x8000_0000 == 0 ? ~ordered : ordered & 0x7fff_ffff
  return (Float(bitPattern: bits), UInt32(truncatingIfNeeded: key))
}

/// Reorders keys, all different, so that the `kept` largest come first, in any order (Hoare's selection).
private func moveLargestToFront(_ keys: UnsafeMutablePointer<UInt64>, count: Int, kept: Int) {
  var low = 0
  var high = count
  var rounds = 0
  while low < kept && kept < high && high - low > 1 {
    rounds += 1
    if rounds > 64 {
      // All pivots were bad, which only contrived data causes: sorting bounds the time.
      var rest = UnsafeMutableBufferPointer(start: keys + low, count: high - low)
      rest.sort(by: >)
      return
    }
    let pivot = median(keys[low], keys[low + (high - low) / 2], keys[high - 1])
    // Keys above the pivot go to the front, without branches that cannot be predicted.
    var front = low
    for index in low..<high {
      let key = keys[index]
      keys[index] = keys[front]
      keys[front] = key
      front += key > pivot ? 1 : 0
    }
    if front >= kept {
      high = front
    } else {
      // The pivot is the largest of the rest; put it first, since it may be the last one to keep.
      for index in front..<high where keys[index] == pivot {
        keys[index] = keys[front]
        keys[front] = pivot
        break
      }
      low = front + 1
    }
  }
}

@inline(__always)
private func median(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
  max(min(a, b), min(max(a, b), c))
}
