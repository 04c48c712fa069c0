/// A number of JSON as its digits and a power of ten.
///
/// The library turns such a text into a double with at most two roundings, Python with one. A score of seventeen digits
/// is another number in the last bit for every sixth of them, which decides between cuts that are otherwise equal.
struct DecimalNumber {
  private let isNegative: Bool
  /// The first digits, as many as fit.
  private let digits: UInt64
  /// The power of ten that the digits are multiplied by.
  private let exponent: Int
  private let text: ArraySlice<UInt8>

  /// Reads the number at `position` and moves behind it; nil where none is there.
  init?(_ bytes: [UInt8], _ position: inout Int) {
    let start = position
    func isDigit(_ place: Int) -> Bool {
      place < bytes.count && bytes[place] >= UInt8(ascii: "0") && bytes[place] <= UInt8(ascii: "9")
    }
    var place = position
    isNegative = place < bytes.count && bytes[place] == UInt8(ascii: "-")
    if isNegative { place += 1 }
    guard isDigit(place), bytes[place] != UInt8(ascii: "0") || !isDigit(place + 1) else { return nil }
    var digits: UInt64 = 0
    var exponent = 0
    /// Takes a digit; false where it no longer fits.
    func append(_ byte: UInt8) -> Bool {
      let (tens, isTooLarge) = digits.multipliedReportingOverflow(by: 10)
      let (sum, isStillTooLarge) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      if isTooLarge || isStillTooLarge { return false }
      digits = sum
      return true
    }
    var fits = true
    while isDigit(place) {
      fits = fits && append(bytes[place])
      if !fits { exponent += 1 }
      place += 1
    }
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      guard isDigit(place) else { return nil }
      // Digits behind the point are counted anew: after a long whole number, further ones may fit again.
      fits = true
      while isDigit(place) {
        fits = fits && append(bytes[place])
        if fits { exponent -= 1 }
        place += 1
      }
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      let isBelowZero = place < bytes.count && bytes[place] == UInt8(ascii: "-")
      if isBelowZero || place < bytes.count && bytes[place] == UInt8(ascii: "+") { place += 1 }
      guard isDigit(place) else { return nil }
      var power = 0
      while isDigit(place) {
        power = min(power * 10 + Int(bytes[place] - UInt8(ascii: "0")), 1_000_000)
        place += 1
      }
      exponent += isBelowZero ? -power : power
    }
    self.digits = digits
    self.exponent = exponent
    text = bytes[start..<place]
    position = place
  }

  private static let powers: [Double] = (0...308).map { Double("1e\($0)") ?? .infinity }

  /// The nearest double; infinite where the number is too large.
  var nearest: Double {
    // Both numbers are exact, so that one division is the only rounding.
    if digits < 1 << 53, exponent <= 0, exponent >= -22 { return signed(Double(digits) / Self.powers[-exponent]) }
    return Double(String(decoding: text, as: UTF8.self)) ?? .infinity
  }

  /// The double that the library makes of the number; infinite where it refuses it.
  ///
  /// Upstream: the crate serde_json 1.0.151, `de.rs`, `f64_from_parts`.
  var asUpstream: Double {
    var value = Double(digits)
    var exponent = exponent
    while exponent < -308, value != 0 {
      value /= Self.powers[308]
      exponent += 308
    }
    if value == 0 { return signed(0) }
    guard exponent <= 308 else { return .infinity }
    return signed(exponent < 0 ? value / Self.powers[-exponent] : value * Self.powers[exponent])
  }

  private func signed(_ value: Double) -> Double { isNegative ? -value : value }
}
