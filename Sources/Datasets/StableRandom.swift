/// Random bits as a pure function of a seed, an epoch and a counter: the same in every run and on every machine.
///
/// Each coordinate is hashed with the finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
/// number generators", 2014).
package struct StableRandom {
  package static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15
  private let key: UInt64

  package init(seed: UInt64, epoch: Int) {
    key = Self.mixed(Self.mixed(seed &+ Self.increment) &+ UInt64(truncatingIfNeeded: epoch) &* Self.increment)
  }

  /// A random number below `bound` for a counter (bias below bound / 2⁶⁴).
  package func index(below bound: Int, at counter: Int) -> Int {
    let bits = Self.mixed(key &+ (UInt64(truncatingIfNeeded: counter) &+ 1) &* Self.increment)
    return Int(bits.multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// The numbers 0 ..< count in random order (Fisher and Yates).
  package func shuffled(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, index(below: last + 1, at: last)) }
    return order
  }

  /// The finalizer of SplitMix64.
  package static func mixed(_ value: UInt64) -> UInt64 {
    var word = value
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}
