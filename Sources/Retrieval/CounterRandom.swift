/// Random bits as a pure function of a seed and a counter: no state, so the same on every machine and in any order.
///
/// Counters are hashed with the finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014), once per coordinate.
struct CounterRandom {
  private let key: UInt64

  init(seed: UInt64, purpose: UInt64) {
    key = Self.mixed(Self.mixed(seed &+ Self.increment) ^ purpose)
  }

  /// 64 random bits for a counter of two coordinates.
  func bits(_ first: Int, _ second: Int) -> UInt64 {
    let row = Self.mixed(key &+ UInt64(truncatingIfNeeded: first) &* Self.increment)
    return Self.mixed(row &+ (UInt64(truncatingIfNeeded: second) &+ 1) &* Self.increment)
  }

  /// A random number below `bound` (bias below bound / 2⁶⁴) for a counter of two coordinates.
  func index(below bound: Int, _ first: Int, _ second: Int) -> Int {
    Int(bits(first, second).multipliedFullWidth(by: UInt64(bound)).high)
  }

  private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

  private static func mixed(_ value: UInt64) -> UInt64 {
    var word = value
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}
