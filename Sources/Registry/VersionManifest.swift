import Files
import JSONText
import Runs

/// `MANIFEST.json` of a version: every file with its size and SHA-256, when it was made, and its parent.
package struct VersionManifest: Sendable, Equatable {
  /// A file of the version.
  struct File: Sendable, Equatable {
    /// The path below the version's folder.
    let path: String
    let size: Int
    let sha256: String
  }

  static let name = "MANIFEST.json"

  package let version: VersionNumber
  /// The champion when this version was promoted; nil for the first one.
  package let parent: VersionNumber?
  /// The time of the promotion, in UTC.
  package let created: String
  /// The names of the models in it: `model`, `reranker`.
  package let parts: [String]
  let files: [File]

  /// Lists what is in a folder that is to become a version.
  init(of folder: String, version: VersionNumber, parent: VersionNumber?, created: String, parts: [String])
    throws(FileError)
  {
    (self.version, self.parent, self.created, self.parts) = (version, parent, created, parts)
    var files: [File] = []
    for path in try Self.paths(in: folder) {
      let file = Files.join(folder, path)
      files.append(File(path: path, size: try Files.size(file), sha256: try FileDigest.sha256(of: file)))
    }
    self.files = files
  }

  /// The bytes of all files.
  package var size: Int { files.reduce(0) { $0 + $1.size } }

  // MARK: - As JSON

  var json: JSONValue {
    [
      "format": 1, "version": JSONValue(version.description),
      "parent": parent.map { JSONValue($0.description) } ?? .null,
      "created": JSONValue(created), "hone": JSONValue(Hone.version), "parts": .array(parts.map { JSONValue($0) }),
      "files": .array(
        files.map { ["path": JSONValue($0.path), "size": JSONValue($0.size), "sha256": JSONValue($0.sha256)] }),
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
      let entries = object["files"]?.arrayValue
    else { throw Self.damaged(path) }
    var files: [File] = []
    for entry in entries {
      guard let entry = entry.objectValue, let name = entry["path"]?.stringValue, Self.staysInside(name),
        let size = entry["size"]?.integerValue, let digest = entry["sha256"]?.stringValue
      else { throw Self.damaged(path) }
      files.append(File(path: name, size: size, sha256: digest))
    }
    (self.version, self.created, self.parts, self.files) = (version, created, parts, files)
    parent = object["parent"]?.stringValue.flatMap { VersionNumber($0) }
  }

  // MARK: - Comparing

  /// The differences of a folder from the manifest, in words; none if all is as it was.
  func differences(in folder: String) throws(FileError) -> [String] {
    var found = Set(try Self.paths(in: folder))
    var differences: [String] = []
    for file in files {
      guard found.remove(file.path) != nil else {
        differences.append("\(file.path) is missing")
        continue
      }
      let path = Files.join(folder, file.path)
      if try Files.size(path) != file.size {
        differences.append("\(file.path) has another size")
      } else if try FileDigest.sha256(of: path) != file.sha256 {
        differences.append("\(file.path) has other content")
      }
    }
    return differences + found.sorted().map { "\($0) was added" }
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

  private static func staysInside(_ path: String) -> Bool {
    !path.isEmpty && !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
  }

  private static func damaged(_ path: String) -> FileError {
    FileError(
      path: path, kind: .badData, description: "\(path) is damaged; 'hone models NAME verify' lists what is left")
  }
}
