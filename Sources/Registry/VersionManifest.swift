import Files
import JSONText
import Runs

/// `MANIFEST.json` of a version: every file with its size and SHA-256, when it was made, and its parent.
package struct VersionManifest: Sendable, Equatable {
  static let name = "MANIFEST.json"

  package let version: VersionNumber
  /// The champion when this version was promoted; nil for the first one.
  package let parent: VersionNumber?
  /// The time of the promotion, in UTC.
  package let created: String
  /// The names of the models in it: `model`, `reranker`.
  package let parts: [String]
  private let files: FileManifest

  /// Lists what is in a folder that is to become a version.
  init(of folder: String, version: VersionNumber, parent: VersionNumber?, created: String, parts: [String])
    throws(FileError)
  {
    (self.version, self.parent, self.created, self.parts) = (version, parent, created, parts)
    files = try FileManifest(of: folder, names: Self.paths(in: folder))
  }

  /// The bytes of all files.
  package var size: Int { files.size }

  // MARK: - As JSON

  var json: JSONValue {
    [
      "format": 1, "version": JSONValue(version.description),
      "parent": parent.map { JSONValue($0.description) } ?? .null,
      "created": JSONValue(created), "hone": JSONValue(Hone.version), "parts": .array(parts.map { JSONValue($0) }),
      "files": files.json,
    ]
  }

  /// Reads the manifest of a version.
  ///
  /// - Throws: `FileError` if there is none, or it is not one of this version.
  init(in folder: String, version: VersionNumber) throws(FileError) {
    let path = Files.join(folder, Self.name)
    let bytes = try Files.read(path, maximumBytes: 1 << 24)
    guard let object = (try? JSONReader.parse(bytes))?.objectValue, object["format"]?.integerValue == 1,
      object["version"]?.stringValue == version.description, let created = object["created"]?.stringValue,
      let parts = object["parts"]?.arrayValue?.compactMap(\.stringValue),
      let files = FileManifest(object["files"])
    else {
      throw FileError(
        path: path, kind: .badData,
        description: "\(path) is damaged; 'hone models NAME verify' lists what is left")
    }
    (self.version, self.created, self.parts, self.files) = (version, created, parts, files)
    parent = object["parent"]?.stringValue.flatMap { VersionNumber($0) }
  }

  // MARK: - Comparing

  /// The differences of a folder from the manifest, in words; none if all is as it was.
  func differences(in folder: String) throws(FileError) -> [String] {
    let added = Set(try Self.paths(in: folder)).subtracting(files.names)
    return try files.differences(in: folder) + added.sorted().map { "\($0) was added" }
  }

  // MARK: - Helpers

  /// The files below a folder but the manifest, in the order of their names.
  private static func paths(in folder: String, below prefix: String = "") throws(FileError) -> [String] {
    var paths: [String] = []
    for name in try Files.list(Files.join(folder, prefix)) {
      let path = Files.join(prefix, name)
      if Files.isFolder(Files.join(folder, path)) {
        paths += try Self.paths(in: folder, below: path)
      } else if path != Self.name {
        paths.append(path)
      }
    }
    return paths
  }
}
