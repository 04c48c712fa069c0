/// Random numbers that are the same in every run (SplitMix64; Steele, Lea & Flood 2014).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts the sequence of a seed.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Floats spread evenly over a range.
  public mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }

  /// Floats in random order that all differ by `spacing` or more from each other and by half of it from 0.
  ///
  /// For functions with kinks: a central difference with a smaller step stays on one side of each.
  public mutating func spacedFloats(_ count: Int, spacing: Float = 0.0625) -> [Float] {
    (0..<count).map { (Float($0 - count / 2) + 0.5) * spacing }.shuffled(using: &self)
  }

  /// Integers spread evenly over a range.
  public mutating func integers(_ count: Int, in range: Range<Int>) -> [Int] {
    (0..<count).map { _ in Int.random(in: range, using: &self) }
  }
}
