import Testing

@testable import Digests

/// The examples are those that NIST publishes for FIPS 180.
@Suite struct DigestTests {
  private static let twoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (twoBlocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
  ])
  func sha256IsThatOfTheStandard(_ text: String, _ expected: String) {
    #expect(Digest.sha256(of: text).hexadecimal == expected)
  }

  @Test(arguments: [
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (twoBlocks, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
  ])
  func sha1IsThatOfTheStandard(_ text: String, _ expected: String) {
    var digest = Digest(.sha1)
    digest.add(Array(text.utf8))
    #expect(digest.hexadecimal == expected)
  }

  @Test func aMillionLettersAreDigested() {
    #expect(
      Digest.sha256(of: String(repeating: "a", count: 1_000_000)).hexadecimal
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func piecesAreOneContent() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var whole = Digest(.sha256)
    whole.add(bytes)
    for cut in [0, 1, 63, 64, 65, 999, 1000] {
      var digest = Digest(.sha256)
      digest.add(Array(bytes[..<cut]))
      digest.add(Array(bytes[cut...]))
      #expect(digest.bytes == whole.bytes)
    }
  }

  @Test func aDigestIsAValue() {
    var digest = Digest.sha256(of: "ab")
    let other = digest
    #expect(digest.hexadecimal == other.hexadecimal)
    digest.add(Array("c".utf8))
    // Asking does not end it, and the copy has kept its own bytes.
    #expect(digest.bytes == digest.bytes)
    #expect(digest.bytes == Digest.sha256(of: "abc").bytes)
    #expect(other.bytes == Digest.sha256(of: "ab").bytes)
  }
}
