/// The number of a version, written `v000123`.
package struct VersionNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number, from 1.
  package let value: Int

  package init(_ value: Int) { self.value = value }

  /// Reads a name such as `v000123`; nil for any other.
  package init?(_ name: String) {
    let digits = name.utf8.dropFirst()
    guard name.utf8.first == UInt8(ascii: "v"), digits.count >= 6, digits.count <= 15,
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let value = Int(String(Substring(digits))), value > 0
    else { return nil }
    self.value = value
    guard description == name else { return nil }
  }

  package var description: String {
    let digits = String(value)
    return "v" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
  }

  /// The next number.
  var next: VersionNumber { VersionNumber(value + 1) }

  package static func < (left: VersionNumber, right: VersionNumber) -> Bool { left.value < right.value }
}
