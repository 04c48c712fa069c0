import Crypto
import Files

/// The digests of a content that comes in pieces.
struct ContentDigest {
  private var sha256 = SHA256()
  private var gitObject: Insecure.SHA1?

  /// Begins the digests of a file of the Hub.
  init(of file: RemoteFile) {
    guard case .gitObject = file.digest else { return }
    gitObject = Insecure.SHA1()
    gitObject?.update(data: Array("blob \(file.size)\0".utf8))
  }

  /// Adds a piece.
  mutating func add(_ bytes: [UInt8]) {
    sha256.update(data: bytes)
    gitObject?.update(data: bytes)
  }

  /// Adds what is in a file.
  mutating func add(file path: String) throws(FileError) {
    let file = try RandomAccessFile(path)
    var offset = 0
    while offset < file.size {
      let bytes = try file.read(at: offset, count: min(1 << 20, file.size - offset))
      add(bytes)
      offset += bytes.count
    }
  }

  /// The SHA-256 so far.
  var sha256Text: String { hexadecimal(sha256.finalize()) }

  /// The digest so far that the Hub names the content by.
  var hubText: String { gitObject.map { hexadecimal($0.finalize()) } ?? sha256Text }

  private func hexadecimal(_ digest: some Digest) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
