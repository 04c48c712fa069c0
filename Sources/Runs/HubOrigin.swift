package import Files
import JSONText

/// The origin of a model folder that was fetched from the Hub: `hone-source.json` in it.
package struct HubOrigin: Equatable, Sendable {
  /// A file of the folder.
  package struct File: Equatable, Sendable {
    package let path: String
    package let bytes: Int
    package let sha256: String

    package init(path: String, bytes: Int, sha256: String) {
      self.path = path
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  package static let name = "hone-source.json"

  /// The address of the Hub.
  package let endpoint: String
  /// The repository, `OWNER/NAME`.
  package let repository: String
  /// The hash of the commit.
  package let revision: String
  /// All files of the folder but this one.
  package let files: [File]

  package init(endpoint: String, repository: String, revision: String, files: [File]) {
    self.endpoint = endpoint
    self.repository = repository
    self.revision = revision
    self.files = files
  }

  /// Reads the origin of a folder; nil if it has none, or none that can be read.
  package init?(in folder: String) {
    guard let bytes = try? Files.read(Files.join(folder, Self.name), maximumBytes: 1 << 24),
      let content = (try? JSONReader.parse(bytes))?.objectValue, let endpoint = content["endpoint"]?.stringValue,
      let repository = content["repository"]?.stringValue, let revision = content["revision"]?.stringValue,
      let entries = content["files"]?.arrayValue
    else { return nil }
    var files: [File] = []
    for entry in entries {
      guard let object = entry.objectValue, let path = object["path"]?.stringValue,
        let bytes = object["bytes"]?.integerValue, let sha256 = object["sha256"]?.stringValue
      else { return nil }
      files.append(File(path: path, bytes: bytes, sha256: sha256))
    }
    self.init(endpoint: endpoint, repository: repository, revision: revision, files: files)
  }

  /// True if files of the folder, at least one, are those that were fetched.
  package func holds(_ inputs: [InputDigests.File]) -> Bool {
    let digests = Dictionary(files.map { ($0.path, $0.sha256) }, uniquingKeysWith: { first, _ in first })
    return !inputs.isEmpty && inputs.allSatisfy { digests[Files.name(of: $0.path)] == $0.sha256 }
  }

  /// Writes the origin into a folder.
  package func write(to folder: String) throws(FileError) {
    let entries = files.map { file -> JSONValue in
      ["path": JSONValue(file.path), "bytes": JSONValue(file.bytes), "sha256": JSONValue(file.sha256)]
    }
    let content: JSONValue = [
      "endpoint": JSONValue(endpoint), "repository": JSONValue(repository), "revision": JSONValue(revision),
      "files": .array(entries),
    ]
    try Files.write(content.text(indented: true) + "\n", to: Files.join(folder, Self.name))
  }
}
