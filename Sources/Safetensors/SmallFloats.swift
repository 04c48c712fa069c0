// Conversions between `Float` and the 16-bit types by their bits: vector code on every machine, where the
// compiler's own conversions are library calls without F16C.

extension Float {
  /// The value of a half-precision float.
  init(halfBits half: UInt16) {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10) & 0x1F
    let mantissa = UInt32(half & 0x3FF)
    let magnitude: Float
    switch exponent {
    case 0: magnitude = Float(mantissa) * 0x1p-24
    case 0x1F: magnitude = Float(bitPattern: 0x7F80_0000 | mantissa << 13)
    default: magnitude = Float(bitPattern: (exponent + 112) << 23 | mantissa << 13)
    }
    self = Float(bitPattern: magnitude.bitPattern | sign)
  }

  /// The value of a BF16, which is the upper half of a `Float`.
  init(upperBits: UInt16) {
    self = Float(bitPattern: UInt32(upperBits) << 16)
  }

  /// The nearest half-precision float, ties to even; values out of range become infinite.
  var halfBits: UInt16 {
    let sign = UInt16(bitPattern >> 16) & 0x8000
    let bits = bitPattern & 0x7FFF_FFFF
    if bits >= 0x7F80_0000 {
      // Infinity stays infinity; NaN stays NaN, with its first bit set so that no bit lost makes it infinite.
      return sign | (bits == 0x7F80_0000 ? 0x7C00 : 0x7E00 | UInt16(truncatingIfNeeded: bits >> 13) & 0x3FF)
    }
    if bits >= 0x477F_F000 { return sign | 0x7C00 }
    if bits < 0x3880_0000 {
      // Below the smallest normal half, adding 0.5 makes the adder round at the right bit.
      let sum = Float(bitPattern: bits) + 0.5
      return sign | UInt16(truncatingIfNeeded: sum.bitPattern &- 0x3F00_0000)
    }
    let rounded = bits &+ 0xFFF &+ (bits >> 13 & 1) &- 0x3800_0000
    return sign | UInt16(truncatingIfNeeded: rounded >> 13)
  }

  /// The nearest BF16, ties to even.
  var upperBits: UInt16 {
    if isNaN { return UInt16(truncatingIfNeeded: bitPattern >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bitPattern &+ 0x7FFF &+ (bitPattern >> 16 & 1)) >> 16)
  }
}

extension DataType {
  /// The number of the type that is the nearest to a float, ties to even; of F32 and F64, the float itself.
  package func nearest(to value: Float) -> Float {
    switch self {
    case .f16: Float(halfBits: value.halfBits)
    case .bf16: Float(upperBits: value.upperBits)
    default: value
    }
  }
}
