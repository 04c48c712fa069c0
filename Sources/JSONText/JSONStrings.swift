extension JSONParser {
  /// Reads a string with its quotation marks.
  ///
  /// - Returns: The text unescaped, and a hash of its bytes for the search for duplicate names.
  mutating func parseString() throws(JSONError) -> (text: String, hash: UInt64) {
    position += 1
    let start = position
    var hasher = ByteHasher()
    // Most strings have no escape: one pass over the bytes, then one copy.
    let text = bytes
    var index = start
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: "\"") {
        position = index + 1
        return (String(decoding: text[start..<index], as: UTF8.self), hasher.finish())
      }
      if byte == UInt8(ascii: "\\") {
        position = index
        return try parseEscapedString(from: start)
      }
      hasher.add(byte)
      if byte >= 0x20 && byte < 0x80 {
        index += 1
        continue
      }
      position = index
      let length = try scalarLength()
      for next in index + 1..<index + length { hasher.add(text[next]) }
      index += length
    }
    position = index
    throw expected("the closing quotation mark of a string")
  }

  /// Reads the rest of a string at its first escape.
  private mutating func parseEscapedString(from start: Int) throws(JSONError) -> (text: String, hash: UInt64) {
    var text = Array(bytes[start..<position])
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        var hasher = ByteHasher()
        for byte in text { hasher.add(byte) }
        return (String(decoding: text, as: UTF8.self), hasher.finish())
      case UInt8(ascii: "\\"):
        try parseEscape(into: &text)
      case 0x20..<0x80:
        text.append(bytes[position])
        position += 1
      default:
        let length = try scalarLength()
        text += bytes[position..<position + length]
        position += length
      }
    }
    throw expected("the closing quotation mark of a string")
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
    let start = position
    position += 1
    let letter = current
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      let scalar = try parseUnicodeEscape(from: start)
      text += Array(String(Character(scalar)).utf8)
      return
    default: throw expected("one of \" \\ / b f n r t u after a backslash")
    }
    position += 1
  }

  /// Reads four hexadecimal digits after "u", and the second half of a surrogate pair.
  private mutating func parseUnicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try parseHexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00 && current == UInt8(ascii: "\\") {
      position += 1
      if current == UInt8(ascii: "u") {
        let second = try parseHexadecimal()
        if (0xDC00..<0xE000).contains(second) {
          let value = 0x10000 + ((UInt32(first) - 0xD800) << 10) + (UInt32(second) - 0xDC00)
          if let scalar = Unicode.Scalar(value) { return scalar }
        }
      }
    }
    throw JSONError("an escape names half of a surrogate pair", at: start, in: bytes)
  }

  private mutating func parseHexadecimal() throws(JSONError) -> UInt16 {
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
