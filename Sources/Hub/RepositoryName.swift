import Files

/// The name of a repository on the Hub: `OWNER/NAME`, or `NAME` alone for one of the oldest.
///
/// Upstream: huggingface_hub 1.x, `validate_repo_id`.
package struct RepositoryName: CustomStringConvertible, Sendable, Equatable {
  /// The whole name.
  package let description: String

  /// Checks a name.
  ///
  /// - Throws: `HubError` of kind `usage`, with the name that was meant where that can be told.
  package init(_ text: String) throws(HubError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), text.utf8.count <= 96, parts.allSatisfy(Self.isPlain) else {
      throw HubError(.usage, "\(text): is no name of a model on the Hub; \(Self.advice(for: text))")
    }
    description = text
  }

  /// The last part, which names the folder.
  package var folder: String { Files.name(of: description) }

  private static func isPlain(_ part: Substring) -> Bool {
    let marks = ["-", "."]
    func isAllowed(_ character: Character) -> Bool {
      character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
    }
    return !part.isEmpty && part.allSatisfy(isAllowed) && !marks.contains { part.hasPrefix($0) || part.hasSuffix($0) }
      && !part.contains("--") && !part.contains("..") && !part.hasSuffix(".git")
  }

  /// The name in an address or a path, or the form of a name.
  private static func advice(for text: String) -> String {
    if let scheme = ["https://", "http://"].first(where: text.hasPrefix) {
      let parts = text.dropFirst(scheme.count).split(separator: "/").dropFirst().prefix(2)
      if parts.count == 2, parts.allSatisfy(isPlain) { return "give \(parts.joined(separator: "/"))" }
    }
    return "give OWNER/NAME, such as sentence-transformers/all-MiniLM-L6-v2"
  }
}

/// A revision of a repository: a branch, a tag, a reference such as `refs/pr/3`, or the hash of a commit.
package struct RevisionName: CustomStringConvertible, Sendable, Equatable {
  package let description: String

  /// Checks a name by what Git allows in one, as far as an address needs it.
  package init(_ text: String) throws(HubError) {
    let bytes = text.utf8
    let isPlain = bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"~^:?*[\\".utf8.contains($0) }
    guard (1...255).contains(bytes.count), isPlain, !text.contains(".."), !text.hasPrefix("-"), !text.hasPrefix("/"),
      !text.hasSuffix("/")
    else {
      throw HubError(
        .usage, "--revision \(text): is no revision; give a branch, a tag, refs/pr/NUMBER or the hash of a commit")
    }
    description = text
  }
}
