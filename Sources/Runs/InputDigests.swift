package import Files
import JSONText

/// The digests of everything that a run reads, taken before its work begins.
package struct InputDigests: Sendable {
  /// A file and the SHA-256 of its bytes.
  package struct File: Equatable, Sendable {
    package let path: String
    package let sha256: String
  }

  static let name = "inputs.json"

  /// The files in the order of the inputs, each once.
  package let files: [File]
  private let inputs: [RunInput]
  /// The stamps, by path, of the files that have not changed since they were read here while their stamp is the same.
  private let proofs: [String: FileStamp]

  /// Reads all inputs once.
  package init(of inputs: [RunInput]) throws(FileError) {
    var files: [File] = []
    var proofs: [String: FileStamp] = [:]
    for path in try RunInput.files(of: inputs) {
      let stamp = try Files.stamp(of: path)
      if stamp.isProof(at: Files.currentTime) { proofs[path] = stamp }
      files.append(File(path: path, sha256: try FileDigest.sha256(of: path)))
    }
    self.files = files
    self.inputs = inputs
    self.proofs = proofs
  }

  /// Confirms that inputs are still those of the digests, once the run has read them.
  ///
  /// What was read in between is then what the digests stand for. Files are read again only where their stamps are no
  /// proof.
  ///
  /// - Parameter some: The inputs that were read, all without it.
  /// - Throws: `RunError` that names the first file that was changed in between.
  package func confirm(_ some: [RunInput]? = nil) throws(RunError) {
    let chosen = some ?? inputs
    let digests = Dictionary(files.map { ($0.path, $0.sha256) }, uniquingKeysWith: { first, _ in first })
    let paths = try Self.found("a folder") { () throws(FileError) in try RunInput.files(of: chosen) }
    for path in paths {
      guard let digest = digests[path] else { throw Self.change("\(path) is new") }
      if let proof = proofs[path], (try? Files.stamp(of: path)) == proof { continue }
      let found = try Self.found(path) { () throws(FileError) in try FileDigest.sha256(of: path) }
      if found != digest { throw Self.change("\(path) has other content") }
    }
    if some == nil, let gone = files.first(where: { !paths.contains($0.path) }) {
      throw Self.change("\(gone.path) is gone")
    }
  }

  /// What is read once more; a disk that fails is told from a path that is gone.
  private static func found<Result>(
    _ name: String, _ read: () throws(FileError) -> Result
  ) throws(RunError) -> Result {
    do throws(FileError) {
      return try read()
    } catch {
      throw error.kind == .missingInput ? change("\(name) is gone") : RunError(error.kind, error.description)
    }
  }

  private static func change(_ what: String) -> RunError {
    RunError(.badData, "the data was changed while the run read it (\(what)); start the run again")
  }

  // MARK: - In the run folder

  /// The digests that an earlier start of a run has noted.
  struct Record {
    /// The version of hone that began the run.
    let version: String?
    let files: [File]

    /// Reads the record of a run folder; nil if there is none, or none that can be read.
    init?(in folder: String) {
      guard let bytes = try? Files.read(Files.join(folder, InputDigests.name), maximumBytes: 1 << 26),
        let content = (try? JSONReader.parse(bytes))?.objectValue, let entries = content["files"]?.arrayValue
      else { return nil }
      var files: [File] = []
      for entry in entries {
        guard let object = entry.objectValue, let path = object["path"]?.stringValue,
          let digest = object["sha256"]?.stringValue
        else { return nil }
        files.append(File(path: path, sha256: digest))
      }
      self.files = files
      version = content["version"]?.stringValue
    }
  }

  /// Notes the inputs in a run folder, with the key of the run and the version of hone.
  func write(to folder: String, settings: String) throws(FileError) {
    let entries = files.map { file -> JSONValue in
      ["path": JSONValue(file.path), "sha256": JSONValue(file.sha256)]
    }
    let content: JSONValue = [
      "version": JSONValue(Hone.version), "key": JSONValue(key(settings: settings)), "files": .array(entries),
    ]
    try Files.write(content.text(indented: true) + "\n", to: Files.join(folder, Self.name))
  }

  /// The identity of a run: the SHA-256 of its settings and of the digests of its inputs.
  ///
  /// - Parameter settings: The settings that shape the result, as `SettingsFile.identity` has them.
  func key(settings: String) -> String {
    FileDigest.sha256(ofText: settings + files.map { "\n\($0.sha256)  \($0.path)" }.joined())
  }

  /// The differences from what an earlier start has read, in words.
  func differences(from earlier: Record) -> [String] {
    let before = Dictionary(earlier.files.map { ($0.path, $0.sha256) }, uniquingKeysWith: { first, _ in first })
    let paths = Set(files.map(\.path))
    let changed = files.compactMap { file -> String? in
      guard let digest = before[file.path] else { return "\(file.path) is new" }
      return digest == file.sha256 ? nil : "\(file.path) has other content"
    }
    return changed + earlier.files.filter { !paths.contains($0.path) }.map { "\($0.path) is gone" }
  }
}
