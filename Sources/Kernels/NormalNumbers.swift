#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Two independent numbers of the standard normal distribution from two uniform ones.
///
///     √(−2 ln u) cos(2π v), √(−2 ln u) sin(2π v)        u in (0, 1], v in [0, 1]
///
/// Box & Muller 1958, "A note on the generation of random normal deviates".
package func normalPair(_ u: Double, _ v: Double) -> (Double, Double) {
  let radius = (-2 * log(u)).squareRoot()
  let angle = 2 * Double.pi * v
  return (radius * cos(angle), radius * sin(angle))
}

/// Numbers of the standard normal distribution, each a pure function of the key and its index.
///
/// - Shape: → `[count]`
package func normalNumbers(_ count: Int, key: UInt64) -> FloatBuffer {
  let result = FloatBuffer(uninitialized: count)
  func uniform(_ index: Int) -> Double { (Double(mixed(key, UInt64(index)) >> 11) + 0.5) * 0x1p-53 }
  for index in stride(from: 0, to: count, by: 2) {
    let (first, second) = normalPair(uniform(index), uniform(index + 1))
    result.base[index] = Float(first)
    if index + 1 < count { result.base[index + 1] = Float(second) }
  }
  return result
}
