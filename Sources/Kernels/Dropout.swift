/// The random mask of one dropout site: recomputed whenever it is needed, never stored.
///
/// A hash of (key, index) decides if an element is kept, so the same key gives the same mask in the forward and the
/// reverse pass, in a second encoding of the same batch, and after resuming.
public struct DropoutMask: Sendable, Hashable {
  /// Identifies the site: made from (seed, step, chunk, site).
  package let key: UInt64
  /// An element is dropped if its 32-bit hash is below this.
  let threshold: UInt32
  /// 1 / (1 − rate), the factor of a kept element.
  package let scale: Float

  /// Makes the mask of a site.
  ///
  /// - Parameter rate: the probability that an element is dropped, in [0, 1).
  public init(key: UInt64, rate: Float) {
    require(rate >= 0 && rate < 1, "dropout: rate \(rate) is not in [0, 1)")
    self.key = key
    threshold = UInt32(Double(rate) * 4_294_967_296)
    scale = 1 / (1 - rate)
  }

  /// The mask of a part of the site, such as one attention head.
  package func part(_ index: Int) -> DropoutMask {
    DropoutMask(key: mixed(key, UInt64(truncatingIfNeeded: index)), threshold: threshold, scale: scale)
  }

  private init(key: UInt64, threshold: UInt32, scale: Float) {
    self.key = key
    self.threshold = threshold
    self.scale = scale
  }

  /// `scale` or 0 for the elements from `index` on.
  @inline(__always)
  func factors(at index: Int) -> Lanes { Lanes().replacing(with: scale, where: kept(at: index)) }

  /// True for those of the elements from `index` on that are kept.
  @inline(__always)
  func kept(at index: Int) -> SIMDMask<Lanes.MaskStorage> {
    let position = laneIndices &+ IntegerLanes(repeating: UInt32(truncatingIfNeeded: index))
    return hash(position) .>= IntegerLanes(repeating: threshold)
  }

  /// Two rounds of multiply and xor-shift with the key added before each: passes the usual avalanche tests, and costs
  /// about ten instructions for eight elements.
  @inline(__always)
  private func hash(_ index: IntegerLanes) -> IntegerLanes {
    var h = (index ^ IntegerLanes(repeating: UInt32(truncatingIfNeeded: key))) &* 0x9E37_79B1
    h ^= h &>> 15
    h = (h &+ IntegerLanes(repeating: UInt32(truncatingIfNeeded: key >> 32))) &* 0x85EB_CA6B
    h ^= h &>> 13
    h = h &* 0xC2B2_AE35
    h ^= h &>> 16
    return h
  }
}

let laneIndices = IntegerLanes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

/// A well-mixed 64-bit combination of two words: the finalizer of SplitMix64 (Steele, Lea & Flood 2014).
package func mixed(_ a: UInt64, _ b: UInt64) -> UInt64 {
  var z = a &+ 0x9E37_79B9_7F4A_7C15 &* (b &+ 1)
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// Multiplies by a dropout mask: y[i] = x[i] · factor(i).
package func applyDropout(_ x: FloatBuffer, mask: DropoutMask) -> FloatBuffer {
  let y = FloatBuffer(uninitialized: x.count)
  parallelChunks(x.count) { range in
    forEachLanes(range.count) { offset in
      let index = range.lowerBound + offset
      store(load(x.base + index) * mask.factors(at: index), y.base + index)
    } rest: { offset, rest in
      let index = range.lowerBound + offset
      store(load(x.base + index, count: rest) * mask.factors(at: index), y.base + index, count: rest)
    }
  }
  return y
}
