import Crypto
package import Files

/// SHA-256 of files, as lowercase hexadecimal digits.
package enum FileDigest {
  /// The digest of a file's bytes; the file is read in pieces.
  package static func sha256(of path: String) throws(FileError) -> String {
    let file = try RandomAccessFile(path)
    var hash = SHA256()
    var offset = 0
    while offset < file.size {
      let count = min(1 << 20, file.size - offset)
      hash.update(data: try file.read(at: offset, count: count))
      offset += count
    }
    return hexadecimal(hash.finalize())
  }

  /// The digest of a text's bytes.
  package static func sha256(ofText text: String) -> String {
    hexadecimal(SHA256.hash(data: Array(text.utf8)))
  }

  private static func hexadecimal(_ digest: SHA256.Digest) -> String {
    digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
