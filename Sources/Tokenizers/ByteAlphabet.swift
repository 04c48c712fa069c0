/// The alphabet of byte-level models: a character for each byte, so that any text is text in these 256 characters.
///
/// A byte that is printable in Latin-1 stands for itself; the other 68 take the characters from U+0100 on in their order.
///
/// Upstream: `pre_tokenizers/byte_level.rs`, `bytes_char`.
enum ByteAlphabet {
  /// The character of each byte.
  static let characters: [UInt32] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return UInt32(byte)
      default:
        defer { next += 1 }
        return next
      }
    }
  }()

  /// The byte of each character up to the last one; -1 where there is none.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: Int(characters.max() ?? 0) + 1)
    for (byte, character) in characters.enumerated() { bytes[Int(character)] = Int16(byte) }
    return bytes
  }()

  /// Appends the characters of the bytes in `range` of `input` to `output`.
  static func append(_ input: [UInt8], _ range: Range<Int>, to output: inout [UInt8]) {
    for position in range { UTF8Text.append(characters[Int(input[position])], to: &output) }
  }

  /// The bytes that some text in the alphabet stands for; nil where it has other characters.
  static func bytes(of text: some Collection<UInt8>) -> [UInt8]? {
    let text = Array(text)
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      let (scalar, length) = UTF8Text.scalar(at: position, in: text)
      guard scalar < bytes.count, let byte = UInt8(exactly: bytes[Int(scalar)]) else { return nil }
      result.append(byte)
      position += length
    }
    return result
  }
}
