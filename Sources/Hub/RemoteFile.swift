/// A file of a repository, as the Hub lists it.
package struct RemoteFile: Sendable, Equatable {
  /// The path in the repository, a plain one: its parts are names, with "/" between them.
  package let path: String
  /// The bytes in the file.
  package let size: Int
  /// The digest of its content.
  let digest: Digest

  /// A digest by which the Hub names a content.
  enum Digest: Sendable, Equatable {
    /// The SHA-256 of a large file (Git LFS).
    case sha256(String)
    /// The name of a small file as an object of Git: SHA-1 of `"blob SIZE\0"` and the content.
    case gitObject(String)

    var text: String {
      switch self {
      case .sha256(let text), .gitObject(let text): text
      }
    }
  }
}
