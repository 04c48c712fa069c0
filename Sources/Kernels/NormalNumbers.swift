#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Numbers of the standard normal distribution, each a pure function of the key and its index (Box & Muller 1958).
///
/// - Shape: → `[count]`
package func normalNumbers(_ count: Int, key: UInt64) -> FloatBuffer {
  let result = FloatBuffer(uninitialized: count)
  // Two uniform numbers in (0, 1), never 0, give two normal ones.
  func uniform(_ index: Int) -> Double {
    (Double(mixed(key, UInt64(index)) >> 11) + 0.5) * 0x1p-53
  }
  for index in stride(from: 0, to: count, by: 2) {
    let radius = (-2 * log(uniform(index))).squareRoot()
    let angle = 2 * Double.pi * uniform(index + 1)
    result.base[index] = Float(radius * cos(angle))
    if index + 1 < count { result.base[index + 1] = Float(radius * sin(angle)) }
  }
  return result
}
