package import Files
package import JSONText

/// Files below a folder with their sizes and SHA-256, as a `MANIFEST.json` lists them.
package struct FileManifest: Sendable, Equatable {
  private struct Entry: Sendable, Equatable {
    /// The path below the folder.
    let name: String
    let size: Int
    let sha256: String
  }

  private let entries: [Entry]

  /// The paths of the files below the folder.
  package var names: [String] { entries.map(\.name) }
  /// The bytes of all files.
  package var size: Int { entries.reduce(0) { $0 + $1.size } }

  /// Reads files of a folder.
  package init(of folder: String, names: [String]) throws(FileError) {
    var entries: [Entry] = []
    for name in names {
      let path = Files.join(folder, name)
      entries.append(Entry(name: name, size: try Files.size(path), sha256: try FileDigest.sha256(of: path)))
    }
    self.entries = entries
  }

  package var json: JSONValue {
    .array(
      entries.map { ["name": JSONValue($0.name), "size": JSONValue($0.size), "sha256": JSONValue($0.sha256)] })
  }

  /// Reads the list of a manifest; nil if it is not one, or names a file that is not below the folder.
  package init?(_ json: JSONValue?) {
    guard let list = json?.arrayValue else { return nil }
    var entries: [Entry] = []
    for object in list.map(\.objectValue) {
      guard let name = object?["name"]?.stringValue, !name.isEmpty, !name.hasPrefix("/"),
        !name.split(separator: "/").contains(".."), let size = object?["size"]?.integerValue,
        let digest = object?["sha256"]?.stringValue
      else { return nil }
      entries.append(Entry(name: name, size: size, sha256: digest))
    }
    self.entries = entries
  }

  /// The differences of the files that are there from those that are listed, in words.
  package func differences(in folder: String) throws(FileError) -> [String] {
    var differences: [String] = []
    for entry in entries {
      let path = Files.join(folder, entry.name)
      if try !Files.isThere(path) {
        differences.append("\(entry.name) is missing")
      } else if try Files.size(path) != entry.size {
        differences.append("\(entry.name) has another size")
      } else if try FileDigest.sha256(of: path) != entry.sha256 {
        differences.append("\(entry.name) has other content")
      }
    }
    return differences
  }
}
