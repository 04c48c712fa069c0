import CInstructions

/// The precision of the products of a model's layers: that of their factors.
///
/// Sums, weights in training, normalization, softmax and residuals are 32-bit floats in all of them.
public enum Precision: String, Codable, Sendable, CaseIterable {
  /// 32-bit floats.
  case float32
  /// 16-bit floats of eight significant bits, multiplied in half the time or less where the processor has fast
  /// instructions.
  case bfloat16
  /// Integers from −127 to 127, scaled per output of a weight and per row of its input, multiplied in a quarter of the
  /// time or less where the processor has instructions.
  case int8

  /// True if the products are by instructions for them; else the same numbers come from 32-bit products, at their speed
  /// or a little below.
  public var isNative: Bool {
    switch self {
    case .float32: true
    case .bfloat16: Arithmetic.ofPairs != .emulated
    case .int8: Arithmetic.ofBytes != .emulated
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

/// The arithmetic of products below 32 bits: instructions with the same bits.
enum Arithmetic: CaseIterable {
  /// By instructions that multiply matrix tiles.
  case tiles
  /// By instructions for lanes of them.
  case lanes
  /// By products of floats that hold the same numbers.
  case emulated

  /// The fastest of some arithmetics by a measurement, each the least of several: whatever else runs only adds to it.
  ///
  /// Processors of one instruction set differ by factors: Zen 4 executes VDPBF16PS as fast as a fused multiply-add,
  /// Sapphire Rapids takes four times as long for it.
  static func fastest(of some: [Arithmetic], _ product: (Arithmetic) -> () -> Void) -> Arithmetic {
    if some.count == 1 { return some[0] }
    let times = some.map { arithmetic in
      let product = product(arithmetic)
      return (0..<9).map { _ in ContinuousClock().measure { for _ in 0..<4 { product() } } }.min() ?? .zero
    }
    return zip(some, times).min { $0.1 < $1.1 }?.0 ?? .emulated
  }
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
