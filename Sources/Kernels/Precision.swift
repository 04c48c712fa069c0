import CInstructions

/// The precision of the products of a model's layers: that of their factors.
///
/// Sums, weights in training, normalization, softmax and residuals are 32-bit floats in all of them.
public enum Precision: String, Codable, Sendable, CaseIterable {
  /// 32-bit floats.
  case float32
  /// 16-bit floats of eight significant bits, multiplied in half the time where the processor has fast instructions.
  case bfloat16
  /// Integers from −127 to 127, scaled per output of a weight and per row of its input, multiplied in a quarter of the
  /// time where the processor has instructions.
  case int8

  /// True if the products are by instructions for them; else the same numbers come from 32-bit products, at their speed.
  public var isNative: Bool {
    switch self {
    case .float32: true
    case .bfloat16: Arithmetic.ofPairs == .native
    case .int8: Arithmetic.ofBytes == .native
    }
  }

  /// A sentence for the start of a run: how this build computes, and what to expect; nil for 32 bits.
  public var note: String? {
    if self == .float32 { return nil }
    return isNative
      ? "layers compute in \(rawValue), by this processor's instructions"
      : "layers compute in \(rawValue), emulated: this build or processor has no faster instructions for it, so the "
        + "results are the same, but no faster than float32"
  }
}

/// The arithmetic of products below 32 bits.
enum Arithmetic {
  /// By instructions for them.
  case native
  /// By products of floats that hold the same numbers.
  case emulated

  /// The arithmetic of four bytes.
  static var ofBytes: Arithmetic { hone_has_byte_products() ? .native : .emulated }
}

/// Rows of a left factor at a lower precision, in words of 32 bits.
struct PackedRows {
  let count: Int
  /// `[count, stride]`.
  let words: FloatBuffer
  let stride: Int
  /// For bytes: the scale of each row, then what its sums start with, as integers.
  var scales: FloatBuffer?

  /// The number that the sums of each row start with.
  var starts: UnsafeMutablePointer<Int32>? {
    scales.map { UnsafeMutableRawPointer($0.base + count).assumingMemoryBound(to: Int32.self) }
  }
}
