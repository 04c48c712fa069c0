import Words

/// Round numbers on an axis.
package enum Ticks {
  /// Four to eight round numbers around a range: multiples of 1, 2 or 5 times a power of ten; two where the range is one number.
  package static func values(from low: Double, to high: Double) -> [Double] {
    let span = low < high ? max(high - low, abs(high) * 1e-3, 1e-9) : high == 0 ? 1 : abs(high)
    var unit = 1e-12
    while unit * 10 < span { unit *= 10 }
    let step = [0.2, 0.5, 1, 2, 5].map { $0 * unit }.first { span / $0 <= 5.001 } ?? unit * 10
    // A bound that is a multiple but for rounding needs no line beyond it.
    let (start, end) = ((low / step + 1e-9).rounded(.down), (high / step - 1e-9).rounded(.up))
    // Steps too small to tell numbers of this size apart give no axis.
    guard abs(start) < 1e15, abs(end) < 1e15 else { return [low, max(high, low.nextUp)] }
    let ticks = stride(from: start, through: max(end, start + 1), by: 1).map { $0 * step }
    return ticks.allSatisfy(\.isFinite) ? ticks : [low, high]
  }

  /// A number on an axis that spans so much.
  package static func text(_ value: Double, span: Double) -> String {
    var decimals = 0
    var unit = 1.0
    while unit > span / 8 && decimals < 12 {
      unit /= 10
      decimals += 1
    }
    if decimals > 4 || value.magnitude >= 1e7 { return scientific(value) }
    return decimals == 0 && value.magnitude < 1e15
      ? NumberText.count(Int(value.rounded())) : NumberText.fixed(value, decimals: decimals)
  }

  /// A number in a sentence, with four digits that count.
  package static func text(_ value: Double) -> String {
    switch value.magnitude {
    case 0: "0"
    case ..<0.001, 1e7...: scientific(value)
    case ..<10: NumberText.fixed(value, decimals: 4)
    case ..<1000: NumberText.fixed(value, decimals: 1)
    default: NumberText.count(Int(value.rounded()))
    }
  }

  /// `2.5e-5`.
  private static func scientific(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return NumberText.fixed(value, decimals: 0) }
    var (mantissa, exponent) = (value, 0)
    while mantissa.magnitude >= 9.995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa.magnitude < 0.9995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    let digits = NumberText.fixed(mantissa, decimals: 2)
    let short =
      digits.hasSuffix(".00") ? String(digits.dropLast(3)) : digits.hasSuffix("0") ? String(digits.dropLast()) : digits
    return "\(short)e\(exponent)"
  }
}
