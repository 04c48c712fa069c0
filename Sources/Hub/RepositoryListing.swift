import Files
import JSONText

/// The files of a repository at one commit.
///
/// Nothing in the answers is trusted: names, sizes and digests are checked, and their number is limited.
package struct RepositoryListing: Sendable {
  package let repository: RepositoryName
  /// The hash of the commit.
  package let commit: String
  /// The files in the order of the Hub.
  package let files: [RemoteFile]

  /// The most pages of a list; the Hub puts a thousand entries on each.
  private static let mostPages = 200
  private static let pageBytes = 1 << 25

  /// Asks the Hub for the commit that a revision names, and for its files.
  package init(_ repository: RepositoryName, revision: RevisionName, _ connection: HubConnection) throws {
    let model = "\(connection.settings.endpoint)/api/models/\(repository)"
    func question(_ address: String) -> HubConnection.Question {
      HubConnection.Question(
        address: address, subject: "the list of files of \(repository)", repository: repository,
        revision: revision.description)
    }
    let reader = ListingReader(host: connection.settings.host)
    let name = Self.encoded(revision.description, slashes: false)
    let commit = try reader.commit(
      connection.text(question("\(model)/revision/\(name)"), maximumBytes: Self.pageBytes).bytes)
    var files: [RemoteFile] = []
    let first = "\(model)/tree/\(commit)?recursive=true"
    var address: String? = first
    var pages = 0
    while let page = address {
      let (bytes, next) = try connection.text(question(page), maximumBytes: Self.pageBytes)
      files += try reader.files(bytes)
      pages += 1
      if pages > Self.mostPages { throw reader.problem("lists \(repository) on more than \(Self.mostPages) pages") }
      // Only the query is taken, so that the token stays with the endpoint.
      address = try next.map { next in
        guard let query = next.split(separator: "?", maxSplits: 1).dropFirst().first else {
          throw reader.problem("names no next page in its Link header")
        }
        return "\(model)/tree/\(commit)?\(Self.encoded(String(query), slashes: true, keeping: "?&=%+:;,@"))"
      }
    }
    var seen: Set<[UInt8]> = []
    if let twice = files.first(where: { !seen.insert(Array($0.path.utf8)).inserted }) {
      throw reader.problem("lists \(twice.path.debugDescription) twice")
    }
    (self.repository, self.commit, self.files) = (repository, commit, files)
  }

  /// The address of a file's content.
  func address(of file: RemoteFile, _ settings: HubSettings) -> String {
    "\(settings.endpoint)/\(repository)/resolve/\(commit)/\(Self.encoded(file.path, slashes: true))"
  }

  /// A text in the form that an address has, by RFC 3986.
  private static func encoded(_ text: String, slashes: Bool, keeping kept: String = "") -> String {
    var result = ""
    for byte in text.utf8 {
      let scalar = Unicode.Scalar(byte)
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      let mark = Character(scalar)
      if isPlain || "-_.~".contains(mark) || (slashes && mark == "/") || (byte < 0x80 && kept.contains(mark)) {
        result.unicodeScalars.append(scalar)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
      }
    }
    return result
  }
}

/// Reads the Hub's answers about a repository.
struct ListingReader {
  /// The host, for messages.
  let host: String

  func problem(_ what: String) -> HubError {
    HubError(.badData, "\(host) \(what); check HF_ENDPOINT")
  }

  /// The commit in the answer about a revision.
  func commit(_ bytes: [UInt8]) throws(HubError) -> String {
    guard let commit = try value(bytes).objectValue?["sha"]?.stringValue, Self.isDigest(commit, digits: 40) else {
      throw problem("answers without the commit of the revision ('sha')")
    }
    return commit
  }

  /// The files in an answer about a tree.
  func files(_ bytes: [UInt8]) throws(HubError) -> [RemoteFile] {
    guard let entries = try value(bytes).arrayValue else { throw problem("answers with no list of files") }
    var files: [RemoteFile] = []
    for entry in entries {
      guard let object = entry.objectValue, let type = object["type"]?.stringValue else {
        throw problem("lists \(entry.shortText), which has no 'type'")
      }
      if type == "file" { files.append(try file(object)) }
    }
    return files
  }

  private func file(_ object: JSONObject) throws(HubError) -> RemoteFile {
    guard let path = object["path"]?.stringValue, Self.isPlain(path) else {
      throw problem("lists a file whose path leaves the folder or is none: \((object["path"] ?? .null).shortText)")
    }
    let large = object["lfs"]?.objectValue
    let size = (large?["size"] ?? object["size"])?.integerValue
    guard let size, (0...(1 << 44)).contains(size) else {
      throw problem("lists \(path.debugDescription) without a size that can be")
    }
    let digest = (large ?? object)["oid"]?.stringValue ?? ""
    guard Self.isDigest(digest, digits: large == nil ? 40 : 64) else {
      throw problem("lists \(path.debugDescription) without its digest ('oid')")
    }
    return RemoteFile(path: path, size: size, digest: large == nil ? .gitObject(digest) : .sha256(digest))
  }

  private func value(_ bytes: [UInt8]) throws(HubError) -> JSONValue {
    do throws(JSONError) {
      return try JSONReader.parse(bytes)
    } catch {
      throw problem("answers with something else than JSON (\(error))")
    }
  }

  /// True for a path whose parts are names.
  private static func isPlain(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return path.utf8.count <= 1024 && path.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
      && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
  }

  private static func isDigest(_ text: String, digits: Int) -> Bool {
    text.utf8.count == digits && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
  }
}
