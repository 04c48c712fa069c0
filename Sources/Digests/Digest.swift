/// A digest of bytes that come in pieces.
package struct Digest {
  /// A hash function.
  package enum Function {
    /// SHA-1, 20 bytes; for names that others gave with it, never against an attack.
    case sha1
    /// SHA-256, 32 bytes.
    case sha256
  }

  private var context: DigestContext

  /// Begins a digest.
  package init(_ function: Function) { context = DigestContext(function) }

  /// Adds a piece.
  package mutating func add(_ bytes: [UInt8]) {
    if !isKnownUniquelyReferenced(&context) { context = DigestContext(copyOf: context) }
    context.add(bytes)
  }

  /// The digest of all pieces so far; more may follow.
  package var bytes: [UInt8] { DigestContext(copyOf: context).finish() }

  /// The digest of all pieces so far, as lowercase hexadecimal digits.
  package var hexadecimal: String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  /// The SHA-256 of a text's bytes in UTF-8.
  package static func sha256(of text: String) -> Self {
    var digest = Self(.sha256)
    digest.add(Array(text.utf8))
    return digest
  }
}
