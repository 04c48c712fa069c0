/// Numbers formatted for people.
package enum NumberText {
  /// A number with a fixed number of decimals: `0.8143`.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let whole = Int(scaled)
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard decimals > 0 else { return sign + String(whole) }
    let digits = String(whole)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// A difference with its sign: `+0.0512`, `-0.0003`, `+0.0000`.
  package static func signed(_ value: Double, decimals: Int) -> String {
    let text = fixed(value, decimals: decimals)
    return text.hasPrefix("-") ? text : "+" + text
  }

  /// A count with separated thousands: `4,712`.
  package static func count(_ value: Int) -> String {
    var groups: [Substring] = []
    var digits = Substring(String(value.magnitude))
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = digits.dropLast(3)
    }
    groups.insert(digits, at: 0)
    return (value < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// A count with its noun: `1 problem`, `2 problems`, `4,712 pairs`.
  package static func counted(_ value: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count(value)) \(value == 1 ? noun : plural ?? noun + "s")"
  }

  /// A part of a count with its noun: `3 of 30 queries`.
  package static func counted(_ part: Int, of whole: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count(part)) of \(counted(whole, noun, plural: plural))"
  }

  /// Bytes in decimal units: `912 B`, `90.9 MB`.
  package static func bytes(_ value: Int) -> String {
    if value.magnitude < 1000 { return "\(value) B" }
    var amount = Double(value)
    for unit in ["kB", "MB", "GB"] {
      amount /= 1000
      if amount.magnitude < 999.95 { return "\(fixed(amount, decimals: 1)) \(unit)" }
    }
    return "\(fixed(amount / 1000, decimals: 1)) TB"
  }

  /// A duration: `0.42 s`, `12.3 s`, `3 min 05 s`, `2 h 07 min`.
  package static func seconds(_ value: Double) -> String {
    guard value.isFinite else { return "unknown" }
    if value < 9.995 { return "\(fixed(max(value, 0), decimals: 2)) s" }
    if value < 59.95 { return "\(fixed(value, decimals: 1)) s" }
    let whole = Int(min(value, 1e15).rounded())
    if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
    let minutes = Int((min(value, 1e15) / 60).rounded())
    return "\(count(minutes / 60)) h \(padded(minutes % 60)) min"
  }

  /// A rate with three significant digits or more: `0.253`, `12.5`, `1,480`.
  package static func rate(_ value: Double) -> String {
    guard value.isFinite else { return "unknown" }
    if value.magnitude >= 99.95 { return count(Int(min(max(value, -9e15), 9e15).rounded())) }
    return fixed(value, decimals: value.magnitude >= 9.995 ? 1 : value.magnitude >= 0.9995 ? 2 : 3)
  }

  private static func padded(_ value: Int) -> String {
    value < 10 ? "0\(value)" : String(value)
  }
}
