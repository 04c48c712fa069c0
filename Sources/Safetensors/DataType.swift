/// The types of numbers a safetensors file can hold, in the format's order of rank.
///
/// The raw value is the name in the file.
public enum DataType: String, CaseIterable, Sendable {
  /// A byte: 0 is false.
  case bool = "BOOL"
  /// A 4-bit float (MX).
  case f4 = "F4"
  /// A 6-bit float with 2 bits of exponent.
  case f6e2m3 = "F6_E2M3"
  /// A 6-bit float with 3 bits of exponent.
  case f6e3m2 = "F6_E3M2"
  /// An unsigned byte.
  case u8 = "U8"
  /// A signed byte.
  case i8 = "I8"
  /// An 8-bit float with 5 bits of exponent.
  case f8e5m2 = "F8_E5M2"
  /// An 8-bit float with 4 bits of exponent.
  case f8e4m3 = "F8_E4M3"
  /// An 8-bit power of two.
  case f8e8m0 = "F8_E8M0"
  /// An 8-bit float with 4 bits of exponent and no negative zero.
  case f8e4m3fnuz = "F8_E4M3FNUZ"
  /// An 8-bit float with 5 bits of exponent and no negative zero.
  case f8e5m2fnuz = "F8_E5M2FNUZ"
  /// A signed 16-bit integer.
  case i16 = "I16"
  /// An unsigned 16-bit integer.
  case u16 = "U16"
  /// A half-precision float.
  case f16 = "F16"
  /// The upper half of a single-precision float.
  case bf16 = "BF16"
  /// A signed 32-bit integer.
  case i32 = "I32"
  /// An unsigned 32-bit integer.
  case u32 = "U32"
  /// A single-precision float.
  case f32 = "F32"
  /// A complex number of two single-precision floats.
  case c64 = "C64"
  /// A double-precision float.
  case f64 = "F64"
  /// A signed 64-bit integer.
  case i64 = "I64"
  /// An unsigned 64-bit integer.
  case u64 = "U64"

  /// The bits of one number.
  public var bits: Int {
    switch self {
    case .f4: 4
    case .f6e2m3, .f6e3m2: 6
    case .bool, .u8, .i8, .f8e5m2, .f8e4m3, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz: 8
    case .i16, .u16, .f16, .bf16: 16
    case .i32, .u32, .f32: 32
    case .c64, .f64, .i64, .u64: 64
    }
  }

  /// True for the types that are read as `Float`s and written from them.
  package var holdsFloats: Bool { [.f32, .f16, .bf16, .f64].contains(self) }

  /// The position in the order of rank, by which the writer sorts tensors from high to low.
  var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// The bytes of a tensor, or what is wrong with its shape.
  ///
  /// The product is taken from the left in 64 unsigned bits, as the reference does it: a dimension of zero saves
  /// only what comes after it.
  func byteCount(shape: [Int]) throws(SizeError) -> UInt64 {
    var count: UInt64 = 1
    for dimension in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: UInt64(max(0, dimension)))
      if overflow { throw .overflow }
      count = product
    }
    let (total, overflow) = count.multipliedReportingOverflow(by: UInt64(bits))
    if overflow { throw .overflow }
    if total % 8 != 0 { throw .misaligned }
    return total / 8
  }
}

/// Why a shape has no size in bytes.
enum SizeError: Error {
  case overflow
  case misaligned
}
