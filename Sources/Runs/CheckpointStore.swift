import Files
import Foundation
import JSONText
import Words

/// A file of a checkpoint: its name and what writes it, durably, to the path it is given.
package struct CheckpointFile {
  package var name: String
  package var write: (_ path: String) throws -> Void

  package init(name: String, write: @escaping (_ path: String) throws -> Void) {
    self.name = name
    self.write = write
  }
}

/// A complete checkpoint on disk.
package struct Checkpoint: Sendable, Equatable {
  /// The steps done when it was saved.
  package var step: Int
  package var folder: String

  /// The path of one of its files.
  package func path(of name: String) -> String { Files.join(folder, name) }
}

/// The checkpoints of a run folder: `checkpoint-STEP/` with a `MANIFEST.json` of sizes and SHA-256.
///
/// A checkpoint appears under its name all at once or not at all: files and, last, the manifest go to a temporary folder and
/// are synchronized; then the folder is synchronized, renamed, and its parent synchronized. Only after that are older
/// checkpoints removed, each by a rename first, so that a half-removed one never looks complete. A process that dies at any
/// moment leaves at least the newest complete checkpoint it had.
package struct CheckpointStore {
  /// One change on disk, named for the tests that stop before each of them.
  package enum Operation: Equatable {
    case makeFolder(String)
    case write(String)
    case synchronizeFolder(String)
    case rename(from: String, to: String)
    case remove(String)
  }

  /// The run folder.
  package let folder: String
  /// How many complete checkpoints stay.
  package let keep: Int
  /// Is told of every change before it is made; an error it throws stops everything there, as a crash would.
  package var willPerform: (Operation) throws -> Void = { _ in }

  package init(folder: String, keep: Int) {
    self.folder = folder
    self.keep = keep
  }

  private static let manifestName = "MANIFEST.json"
  private static let prefix = "checkpoint-"
  private static let temporaryPrefix = ".tmp-"
  private static let trashPrefix = ".trash-"

  // MARK: - Saving

  /// Saves a checkpoint and then removes the oldest ones beyond `keep`; one that is complete already stays as it is.
  ///
  /// - Parameter expectedBytes: About how large it will be; with less than 1.2 times that free, nothing is written.
  @discardableResult
  package func save(step: Int, files: [CheckpointFile], expectedBytes: Int) throws -> Checkpoint {
    let name = Self.prefix + String(step)
    let final = Checkpoint(step: step, folder: Files.join(folder, name))
    if (try? verify(final)) != nil { return final }
    try checkSpace(expectedBytes)
    try removeLeftovers()
    if Files.exists(final.folder) { try discard(name) }
    let temporary = Files.join(folder, "\(Self.temporaryPrefix)\(name)-\(ProcessInfo.processInfo.processIdentifier)")
    try perform(.makeFolder(temporary)) { try Files.makeFolder(temporary) }
    for file in files {
      let path = Files.join(temporary, file.name)
      try perform(.write(path)) { try file.write(path) }
    }
    let manifest = Files.join(temporary, Self.manifestName)
    let content = try Self.manifest(of: temporary, step: step, names: files.map(\.name))
    try perform(.write(manifest)) { try Files.write(content.text(indented: true) + "\n", to: manifest) }
    try synchronize(temporary)
    try rename(temporary, to: final.folder)
    try synchronize(folder)
    for old in numbered().dropFirst(keep) { try discard(Self.prefix + String(old.step)) }
    return final
  }

  /// Removes what interrupted saves and removals left.
  package func removeLeftovers() throws {
    for name in try Files.list(folder) where name.hasPrefix(Self.temporaryPrefix) || name.hasPrefix(Self.trashPrefix) {
      try remove(Files.join(folder, name))
    }
  }

  /// Removes every checkpoint.
  package func removeAll() throws {
    try removeLeftovers()
    for checkpoint in numbered() { try discard(Files.name(of: checkpoint.folder)) }
  }

  private func discard(_ name: String) throws {
    let trash = Files.join(folder, Self.trashPrefix + name)
    try remove(trash)
    try rename(Files.join(folder, name), to: trash)
    try synchronize(folder)
    try remove(trash)
  }

  private func checkSpace(_ expectedBytes: Int) throws(FileError) {
    let free = try Files.freeBytes(at: folder)
    let needed = expectedBytes + expectedBytes / 5
    guard free < needed else { return }
    throw FileError(
      path: folder, kind: .inputOutput,
      description: "no space for a checkpoint in \(folder): it needs about \(NumberText.bytes(needed)), "
        + "\(NumberText.bytes(free)) are free; free some space, then go on with --resume")
  }

  private static func manifest(of folder: String, step: Int, names: [String]) throws(FileError) -> JSONValue {
    var files: [JSONValue] = []
    for name in names {
      let path = Files.join(folder, name)
      let entry: JSONValue = [
        "name": JSONValue(name), "size": JSONValue(try Files.size(path)),
        "sha256": JSONValue(try FileDigest.sha256(of: path)),
      ]
      files.append(entry)
    }
    return ["version": 1, "step": JSONValue(step), "files": .array(files)]
  }

  // MARK: - Finding

  /// The newest complete checkpoint; nil when there is none.
  ///
  /// - Parameter warn: Is told of each newer one that is not complete, and why.
  package func newest(warn: (String) -> Void) -> Checkpoint? {
    for checkpoint in numbered() {
      do {
        try verify(checkpoint)
        return checkpoint
      } catch {
        warn("\(checkpoint.folder) is not complete (\(error)); an older checkpoint is used")
      }
    }
    return nil
  }

  /// All folders with the name of a checkpoint, newest first.
  private func numbered() -> [Checkpoint] {
    let names = (try? Files.list(folder)) ?? []
    let found = names.compactMap { name -> Checkpoint? in
      guard name.hasPrefix(Self.prefix), let step = Int(name.dropFirst(Self.prefix.count)), step >= 0 else {
        return nil
      }
      return Checkpoint(step: step, folder: Files.join(folder, name))
    }
    return found.sorted { $0.step > $1.step }
  }

  /// Why a checkpoint cannot be used.
  private struct Incomplete: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
  }

  /// Compares every file with the manifest.
  private func verify(_ checkpoint: Checkpoint) throws {
    let manifest = try JSONReader.parse(Files.read(checkpoint.path(of: Self.manifestName), maximumBytes: 1 << 20))
    guard let object = manifest.objectValue, object["version"]?.integerValue == 1,
      object["step"]?.integerValue == checkpoint.step, let files = object["files"]?.arrayValue
    else { throw Incomplete("its \(Self.manifestName) is not one") }
    for file in files {
      guard let entry = file.objectValue, let name = entry["name"]?.stringValue, !name.contains("/"),
        let size = entry["size"]?.integerValue, let digest = entry["sha256"]?.stringValue
      else { throw Incomplete("its \(Self.manifestName) is not one") }
      let path = checkpoint.path(of: name)
      guard try Files.size(path) == size else { throw Incomplete("the size of \(name) differs from its manifest") }
      guard try FileDigest.sha256(of: path) == digest else { throw Incomplete("\(name) differs from its manifest") }
    }
  }

  // MARK: - Changes

  private func perform(_ operation: Operation, _ body: () throws -> Void) throws {
    try willPerform(operation)
    try body()
  }

  private func synchronize(_ path: String) throws {
    try perform(.synchronizeFolder(path)) { try Files.synchronizeFolder(path) }
  }

  private func rename(_ from: String, to: String) throws {
    try perform(.rename(from: from, to: to)) { try Files.rename(from, to: to) }
  }

  private func remove(_ path: String) throws {
    guard Files.exists(path) else { return }
    try perform(.remove(path)) { try Files.remove(path) }
  }
}
