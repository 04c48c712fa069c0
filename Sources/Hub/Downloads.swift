package import Files
package import Runs
import Words

/// Files of a repository that come into a folder one by one, each under its name only when it is whole and has its digest.
///
/// What has come of a file before an interruption stays in the folder of parts, under the digest of the file.
package final class Downloads {
  /// A file that is there.
  package struct Fetched: Sendable, Equatable {
    package let file: RemoteFile
    package let sha256: String
  }

  package let listing: RepositoryListing
  /// The files that are there, in the order they were asked for.
  package private(set) var fetched: [Fetched] = []
  private let connection: HubConnection
  private let folder: String
  private let parts: String
  private let report: (RunEvent) -> Void
  private let check: () throws -> Void

  /// Names the folders; they are made with the first file.
  ///
  /// - Parameters:
  ///   - folder: The folder for whole files.
  ///   - parts: The folder for parts, on the same file system.
  ///   - check: Is called for each piece that comes; throws when the user interrupts.
  package init(
    _ listing: RepositoryListing, _ connection: HubConnection, folder: String, parts: String,
    report: @escaping (RunEvent) -> Void, check: @escaping () throws -> Void
  ) {
    self.listing = listing
    self.connection = connection
    self.folder = folder
    self.parts = parts
    self.report = report
    self.check = check
  }

  /// Brings files, all of which are listed; those that are there already are not fetched again.
  ///
  /// - Parameters:
  ///   - task: The name of the work in its progress.
  ///   - known: A folder that may have some of them.
  package func fetch(_ files: [RemoteFile], task: String, known: String?) throws {
    let total = files.reduce(0) { $0 + $1.size }
    var done = 0
    func show(_ more: Int) {
      report(.progress(RunProgress(task: task, done: done + more, total: total, unit: RunProgress.bytes)))
    }
    for file in files {
      let path = Files.join(folder, file.path)
      try Files.makeFolder(Files.parent(of: path))
      let sha256: String
      if let found = try digest(of: path, of: file) {
        sha256 = found
      } else if let known, let found = try digest(of: Files.join(known, file.path), of: file) {
        try Files.copy(Files.join(known, file.path), to: path)
        sha256 = found
      } else {
        sha256 = try download(file, to: path, show)
      }
      fetched.append(Fetched(file: file, sha256: sha256))
      done += file.size
      show(0)
    }
  }

  /// The SHA-256 of a file on disk that has the size and the digest of one on the Hub; nil for any other.
  package static func digest(of path: String, of file: RemoteFile) throws(FileError) -> String? {
    guard Files.exists(path), !Files.isFolder(path), try Files.size(path) == file.size else { return nil }
    var digest = ContentDigest(of: file)
    try digest.add(file: path)
    return digest.hubText == file.digest.text ? digest.sha256Text : nil
  }

  private func digest(of path: String, of file: RemoteFile) throws(FileError) -> String? {
    try Self.digest(of: path, of: file)
  }

  /// Downloads a file, going on with a part of it, and a second time from its beginning if the content is another.
  private func download(_ file: RemoteFile, to path: String, _ show: (Int) -> Void) throws -> String {
    try Files.makeFolder(parts)
    let part = try ResumableFile(Files.join(parts, file.digest.text))
    var problem = ""
    for _ in 0..<2 {
      let digest = try complete(part, of: file, show)
      if part.size == file.size, digest.hubText == file.digest.text {
        try part.commit(as: path)
        return digest.sha256Text
      }
      problem = self.problem(of: part, file, digest)
      try part.clear()
    }
    throw HubError(
      .badData,
      "\(file.path) of \(listing.repository) is not what \(connection.settings.host) lists, twice: \(problem); "
        + "try again later, or another HF_ENDPOINT")
  }

  private func problem(of part: ResumableFile, _ file: RemoteFile, _ digest: ContentDigest) -> String {
    if part.size < file.size { return "it has \(part.size) bytes instead of \(file.size)" }
    if part.size > file.size { return "it has more than \(file.size) bytes" }
    return "its digest is \(digest.hubText) instead of \(file.digest.text)"
  }

  /// Gets what is missing of a file; the result may still be another content, and longer by what was too much.
  private func complete(_ part: ResumableFile, of file: RemoteFile, _ show: (Int) -> Void) throws -> ContentDigest {
    if part.size > file.size { try part.clear() }
    var digest = ContentDigest(of: file)
    try digest.add(file: part.path)
    if part.size == file.size && file.size > 0 { return digest }
    let question = HubConnection.Question(
      address: listing.address(of: file, connection.settings), subject: "\(file.path) of \(listing.repository)",
      repository: listing.repository, revision: listing.commit)
    func restart() throws {
      try part.clear()
      digest = ContentDigest(of: file)
    }
    try connection.get(question, begin: { part.size }, restart: restart) { piece in
      try check()
      digest.add(piece)
      try part.append(piece)
      show(part.size)
      return part.size <= file.size
    }
    return digest
  }
}
