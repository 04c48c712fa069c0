import CInstructions

// Numbers rounded to bfloat16, in the words that products of them read. A native word is a pair of numbers that follow
// each other along the inner dimension, the first in the low half. Emulated, a pair is two floats: the second, then the
// first, since the instruction adds the product of the second ones first, and a fused multiply-add of rounded numbers
// is what it does with each.

extension Arithmetic {
  /// The words of a pair.
  var wordsOfPair: Int { self == .native ? 1 : 2 }

  /// Rounds `count` numbers that follow each other to pairs; an odd last one gets 0 beside it.
  func roundRow(_ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>) {
    switch self {
    case .native:
      var index = 0
      while index + 2 * laneCount <= count {
        store(roundedPairs(load(source + index), load(source + index + laneCount)), target + index / 2)
        index += 2 * laneCount
      }
      if index < count {
        let rest = count - index
        let first = load(source + index, count: min(rest, laneCount))
        let second = rest > laneCount ? load(source + index + laneCount, count: rest - laneCount) : Lanes()
        store(roundedPairs(first, second), target + index / 2, count: (rest + 1) / 2)
      }
    case .emulated:
      forEachLanes(count) {
        store(swappedPairs(roundedToBFloat16(load(source + $0))), target + $0)
      } rest: { offset, rest in
        let pairs = swappedPairs(roundedToBFloat16(load(source + offset, count: rest)))
        store(pairs, target + offset, count: (rest + 1) / 2 * 2)
      }
    }
  }

  /// Rounds sixteen numbers of one row and the sixteen below them to pairs down the columns.
  @inline(__always)
  func roundColumns(_ first: Lanes, _ second: Lanes, into target: UnsafeMutablePointer<Float>) {
    switch self {
    case .native: store(floats(hone_round_to_halves(first, second)), target)
    case .emulated:
      store(roundedToBFloat16(second), target)
      store(roundedToBFloat16(first), target + laneCount)
    }
  }

  /// Calls `body` while this thread's arithmetic takes denormal numbers for 0, if it is needed for the bits of native
  /// products.
  func flushingDenormals(_ body: () -> Void) {
    if self == .native { return body() }
    let before = hone_flush_denormals()
    body()
    hone_restore_arithmetic(before)
  }
}

@inline(__always)
private func roundedPairs(_ first: Lanes, _ second: Lanes) -> Lanes { floats(hone_round_to_pairs(first, second)) }

@inline(__always)
private func swappedPairs(_ lanes: Lanes) -> Lanes {
  var swapped = Lanes()
  swapped.evenHalf = lanes.oddHalf
  swapped.oddHalf = lanes.evenHalf
  return swapped
}

/// The nearest numbers with eight significant bits, the even one of two; denormal numbers become 0, and numbers that are
/// none stay none, as the instruction has it.
@inline(__always)
func roundedToBFloat16(_ lanes: Lanes) -> Lanes {
  let bits = bitPattern(lanes)
  let nearest = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) & 0xFFFF_0000
  let magnitude = bits & 0x7FFF_FFFF
  let flushed = nearest.replacing(with: bits & 0x8000_0000, where: magnitude .< 0x0080_0000)
  return floats(flushed.replacing(with: (bits | 0x0040_0000) & 0xFFFF_0000, where: magnitude .> 0x7F80_0000))
}
