import Digests
package import Files

/// SHA-256 of files, as lowercase hexadecimal digits.
package enum FileDigest {
  /// The digest of a file's bytes; the file is read in pieces.
  package static func sha256(of path: String) throws(FileError) -> String {
    let file = try RandomAccessFile(path)
    var digest = Digest(.sha256)
    var offset = 0
    while offset < file.size {
      let count = min(1 << 20, file.size - offset)
      digest.add(try file.read(at: offset, count: count))
      offset += count
    }
    return digest.hexadecimal
  }

  /// The digest of a text's bytes.
  package static func sha256(ofText text: String) -> String {
    Digest.sha256(of: text).hexadecimal
  }
}
