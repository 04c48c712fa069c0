import CInstructions

// Numbers rounded to bfloat16, in the words that products of them read. A word is a pair of numbers that follow each
// other along the inner dimension, the first in the low half.

/// Rounds `count` numbers that follow each other to pairs; an odd last one gets 0 beside it.
func roundToPairs(_ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>) {
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
}

/// Rounds `count` numbers that follow each other and keeps them as floats.
func roundToFloats(_ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>) {
  mapLanes(source, target, count, roundedToBFloat16)
}

/// Writes `count` numbers that `roundToPairs` rounded as floats.
func widenPairs(_ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>) {
  // The bytes of bfloat16 numbers, one after the other, are the upper halves of floats.
  let halves = UnsafeRawPointer(source).assumingMemoryBound(to: UInt16.self)
  let bits = UnsafeMutableRawPointer(target).assumingMemoryBound(to: UInt32.self)
  for index in 0..<count { bits[index] = UInt32(UInt16(littleEndian: halves[index])) << 16 }
}

/// Thirty-two numbers as pairs in their order.
@inline(__always)
private func roundedPairs(_ first: Lanes, _ second: Lanes) -> Lanes {
  if hone_has_pair_products() { return floats(hone_round_to_pairs(first, second)) }
  let (a, b) = (bitPattern(roundedToBFloat16(first)), bitPattern(roundedToBFloat16(second)))
  let low = IntegerLanes(lowHalf: a.evenHalf, highHalf: b.evenHalf)
  return floats((low &>> 16) | IntegerLanes(lowHalf: a.oddHalf, highHalf: b.oddHalf))
}

/// Sixteen pairs: each of a number and of the one below it in the next row.
@inline(__always)
func pairsOfRows(_ first: Lanes, _ second: Lanes) -> Lanes {
  if hone_has_pair_products() { return floats(hone_round_to_halves(first, second)) }
  return floats((bitPattern(roundedToBFloat16(first)) &>> 16) | bitPattern(roundedToBFloat16(second)))
}

/// Sixteen pairs of a row (a₀, a₁), (a₂, a₃), … as words with two numbers of one parity: (a₂, a₀), (a₃, a₁), …; the
/// instruction for lanes adds the product in the high half first.
@inline(__always)
func regrouped(_ pairs: Lanes) -> Lanes {
  let four = unsafeBitCast(pairs, to: SIMD8<UInt64>.self)
  let even = ((four &>> 32) & 0xFFFF) | ((four &<< 16) & 0xFFFF_0000)
  let odd = ((four &>> 16) & 0xFFFF_0000_0000) | ((four &<< 32) & 0xFFFF_0000_0000_0000)
  return unsafeBitCast(even | odd, to: Lanes.self)
}

/// The same of two rows of a panel, the second of which is that of the next pairs.
@inline(__always)
func regrouped(_ first: Lanes, _ second: Lanes) -> (even: Lanes, odd: Lanes) {
  let (a, b) = (bitPattern(first), bitPattern(second))
  return (floats((b & 0xFFFF) | (a &<< 16)), floats((b &>> 16) | (a & 0xFFFF_0000)))
}

/// The nearest numbers with eight significant bits, the even one of two; denormal numbers become 0, and numbers that are
/// none stay none, as the instruction has it.
@inline(__always)
func roundedToBFloat16(_ lanes: Lanes) -> Lanes {
  let bits = bitPattern(lanes)
  let nearest = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) & 0xFFFF_0000
  // Compared as floats: integers without a sign are compared one by one.
  let isTiny = floats(bits & 0x7FFF_FFFF) .< Lanes(repeating: .leastNormalMagnitude)
  let flushed = floats(nearest).replacing(with: floats(bits & 0x8000_0000), where: isTiny)
  return flushed.replacing(with: floats((bits | 0x0040_0000) & 0xFFFF_0000), where: lanes .!= lanes)
}
