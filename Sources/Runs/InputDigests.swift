package import Files
import JSONText

/// The digests of everything that a run reads, taken before its work begins.
package struct InputDigests: Equatable, Sendable {
  /// A file and the SHA-256 of its bytes.
  package struct File: Equatable, Sendable {
    package let path: String
    package let sha256: String
  }

  static let name = "inputs.json"

  /// The files in the order of the inputs, each once.
  package let files: [File]

  /// Reads all inputs once.
  package init(of inputs: [RunInput]) throws(FileError) {
    var files: [File] = []
    var seen: Set<String> = []
    for input in inputs {
      for path in try input.files where seen.insert(path).inserted {
        files.append(File(path: path, sha256: try FileDigest.sha256(of: path)))
      }
    }
    self.files = files
  }

  // MARK: - In the run folder

  /// Reads the list of an earlier start of a run; nil if there is none.
  init?(in folder: String) {
    guard let bytes = try? Files.read(Files.join(folder, Self.name), maximumBytes: 1 << 26),
      let entries = (try? JSONReader.parse(bytes))?.objectValue?["files"]?.arrayValue
    else { return nil }
    var files: [File] = []
    for entry in entries {
      guard let object = entry.objectValue, let path = object["path"]?.stringValue,
        let digest = object["sha256"]?.stringValue
      else { return nil }
      files.append(File(path: path, sha256: digest))
    }
    self.files = files
  }

  /// Notes the inputs in a run folder, with the key of the run.
  func write(to folder: String, settings: String) throws(FileError) {
    let entries = files.map { file -> JSONValue in
      ["path": JSONValue(file.path), "sha256": JSONValue(file.sha256)]
    }
    let content: JSONValue = ["key": JSONValue(key(settings: settings)), "files": .array(entries)]
    try Files.write(content.text(indented: true) + "\n", to: Files.join(folder, Self.name))
  }

  /// The identity of a run: the SHA-256 of its settings and of the digests of its inputs.
  func key(settings: String) -> String {
    FileDigest.sha256(ofText: settings + files.map { "\n\($0.sha256)  \($0.path)" }.joined())
  }

  /// The differences from an earlier list, in words.
  func differences(from earlier: InputDigests) -> [String] {
    let before = Dictionary(earlier.files.map { ($0.path, $0.sha256) }, uniquingKeysWith: { first, _ in first })
    let paths = Set(files.map(\.path))
    let changed = files.compactMap { file -> String? in
      guard let digest = before[file.path] else { return "\(file.path) is new" }
      return digest == file.sha256 ? nil : "\(file.path) has other content"
    }
    return changed + earlier.files.filter { !paths.contains($0.path) }.map { "\($0.path) is gone" }
  }
}
