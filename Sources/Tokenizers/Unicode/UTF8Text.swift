/// Scalars in and out of arrays of valid UTF-8.
///
/// Everything the tokenizer works on comes from a `String` or from a file whose text was checked, so decoding only
/// follows lead bytes.
enum UTF8Text {
  /// The scalar that starts at `position`, and its length in bytes.
  @inline(__always)
  static func scalar(at position: Int, in bytes: [UInt8]) -> (scalar: UInt32, length: Int) {
    let lead = UInt32(bytes[position])
    if lead < 0x80 { return (lead, 1) }
    let second = UInt32(bytes[position + 1] & 0x3F)
    if lead < 0xE0 { return ((lead & 0x1F) << 6 | second, 2) }
    let third = UInt32(bytes[position + 2] & 0x3F)
    if lead < 0xF0 { return ((lead & 0x0F) << 12 | second << 6 | third, 3) }
    return ((lead & 0x07) << 18 | second << 12 | third << 6 | UInt32(bytes[position + 3] & 0x3F), 4)
  }

  /// The number of bytes of the scalar that starts with `lead`.
  @inline(__always)
  static func length(of lead: UInt8) -> Int { lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4 }

  /// The scalar that ends just before `end`, and where it starts.
  static func scalar(before end: Int, in bytes: [UInt8]) -> (scalar: UInt32, start: Int) {
    var start = end - 1
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return (scalar(at: start, in: bytes).scalar, start)
  }

  /// Appends `scalar` to `output`.
  @inline(__always)
  static func append(_ scalar: UInt32, to output: inout [UInt8]) {
    if scalar < 0x80 {
      output.append(UInt8(scalar))
    } else if scalar < 0x800 {
      output.append(UInt8(0xC0 | scalar >> 6))
      output.append(UInt8(0x80 | scalar & 0x3F))
    } else if scalar < 0x10000 {
      output.append(UInt8(0xE0 | scalar >> 12))
      output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      output.append(UInt8(0x80 | scalar & 0x3F))
    } else {
      output.append(UInt8(0xF0 | scalar >> 18))
      output.append(UInt8(0x80 | scalar >> 12 & 0x3F))
      output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      output.append(UInt8(0x80 | scalar & 0x3F))
    }
  }

  /// The number of scalars in `range`.
  static func count(of range: Range<Int>, in bytes: [UInt8]) -> Int {
    var count = 0
    for position in range where bytes[position] & 0xC0 != 0x80 { count += 1 }
    return count
  }

  /// True if `bytes` is well-formed UTF-8 (Unicode Standard, table 3-7).
  static func isValid(_ bytes: some Sequence<UInt8>) -> Bool {
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid: continue
      case .emptyInput: return true
      case .error: return false
      }
    }
  }
}
