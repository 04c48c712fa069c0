import Digests
import Files

/// The digests of a content that comes in pieces.
struct ContentDigest {
  private var sha256 = Digest(.sha256)
  private var gitObject: Digest?

  /// Begins the digests of a file of the Hub.
  init(of file: RemoteFile) {
    guard case .gitObject = file.digest else { return }
    gitObject = Digest(.sha1)
    gitObject?.add(Array("blob \(file.size)\0".utf8))
  }

  /// Adds a piece.
  mutating func add(_ bytes: [UInt8]) {
    sha256.add(bytes)
    gitObject?.add(bytes)
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
  var sha256Text: String { sha256.hexadecimal }

  /// The digest so far that the Hub names the content by.
  var hubText: String { gitObject?.hexadecimal ?? sha256Text }
}
