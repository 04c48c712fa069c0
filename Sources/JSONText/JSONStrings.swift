/// A string in the text: its bytes between the quotation marks, which have been checked.
struct StringRange {
  let start: Int
  let end: Int
  let hasEscapes: Bool
  /// The hash of the bytes unescaped.
  let hash: UInt64
}

extension JSONCursor {
  /// Checks a string and passes over it with its quotation marks.
  mutating func scanString() throws(JSONError) -> StringRange {
    let start = position + 1
    var hasher = ByteHasher(key: hashKey)
    var hasEscapes = false
    let text = bytes
    var index = start
    while index < text.count {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "\""):
        position = index + 1
        return StringRange(start: start, end: index, hasEscapes: hasEscapes, hash: hasher.finish())
      case UInt8(ascii: "\\"):
        hasEscapes = true
        position = index
        for byte in try scanEscape().utf8 { hasher.add(byte) }
        index = position
      case 0x20..<0x80:
        hasher.add(byte)
        index += 1
      default:
        position = index
        let end = index + (try scalarLength())
        for next in index..<end { hasher.add(text[next]) }
        index = end
      }
    }
    position = index
    throw expected("the closing quotation mark of a string")
  }

  /// The characters of a string that was scanned.
  func text(of string: StringRange) -> String {
    if !string.hasEscapes { return String(decoding: bytes[string.start..<string.end], as: UTF8.self) }
    var reader = self
    reader.position = string.start
    var unescaped: [UInt8] = []
    unescaped.reserveCapacity(string.end - string.start)
    while reader.position < string.end {
      // The scan found every escape valid, so this never ends early.
      if reader.current == UInt8(ascii: "\\"), let scalar = try? reader.scanEscape() {
        unescaped += scalar.utf8
      } else {
        unescaped.append(reader.current)
        reader.position += 1
      }
    }
    return String(decoding: unescaped, as: UTF8.self)
  }

  /// Passes over an escape and returns its character.
  private mutating func scanEscape() throws(JSONError) -> Unicode.Scalar {
    let start = position
    position += 1
    let scalar: Unicode.Scalar
    switch current {
    case UInt8(ascii: "\""): scalar = "\""
    case UInt8(ascii: "\\"): scalar = "\\"
    case UInt8(ascii: "/"): scalar = "/"
    case UInt8(ascii: "b"): scalar = "\u{8}"
    case UInt8(ascii: "f"): scalar = "\u{C}"
    case UInt8(ascii: "n"): scalar = "\n"
    case UInt8(ascii: "r"): scalar = "\r"
    case UInt8(ascii: "t"): scalar = "\t"
    case UInt8(ascii: "u"): return try scanUnicodeEscape(from: start)
    default: throw expected("one of \" \\ / b f n r t u after a backslash")
    }
    position += 1
    return scalar
  }

  /// Passes over four hexadecimal digits after "u", and over the second half of a surrogate pair.
  private mutating func scanUnicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try scanHexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00 && current == UInt8(ascii: "\\") {
      position += 1
      if current == UInt8(ascii: "u") {
        let second = try scanHexadecimal()
        if UTF16.isTrailSurrogate(second) {
          let value = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
          if let scalar = Unicode.Scalar(value) { return scalar }
        }
      }
    }
    throw error("an escape names half of a surrogate pair", at: start)
  }

  private mutating func scanHexadecimal() throws(JSONError) -> UInt16 {
    position += 1
    var value: UInt16 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch current {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = current - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = current - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = current - UInt8(ascii: "A") + 10
      default: throw expected("four hexadecimal digits after \"\\u\"")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  /// The bytes of the UTF-8 sequence at the position, which does not start with a printable ASCII byte.
  ///
  /// The ranges are those of table 3-7 of the Unicode standard: no overlong form, no surrogate, nothing above U+10FFFF.
  private func scalarLength() throws(JSONError) -> Int {
    let lead = bytes[position]
    if lead < 0x20 { throw error("a control character stands in a string without an escape (\(byteName(lead)))") }
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: throw error("the text is not UTF-8")
    }
    guard position + length <= bytes.count, second.contains(bytes[position + 1]),
      bytes[position + 2..<position + length].allSatisfy({ $0 & 0xC0 == 0x80 })
    else { throw error("the text is not UTF-8") }
    return length
  }
}
