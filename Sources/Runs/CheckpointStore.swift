import Files
import JSONText
import Words

/// A file of a checkpoint: its name and a function that writes it durably to a path.
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
  /// The number of steps done when it was saved.
  package var step: Int
  package var folder: String
  /// The names of its files; empty until it was compared with its manifest.
  package var files: [String] = []

  /// The path of one of its files.
  package func path(of name: String) -> String { Files.join(folder, name) }
}

/// The checkpoints of a run folder: `checkpoint-STEP/` with a `MANIFEST.json` of sizes and SHA-256.
///
/// A checkpoint appears under its name whole or not at all, the manifest written last (`DurableFolder`). Older
/// checkpoints are removed only after that. A process that dies at any moment leaves at least its newest complete
/// checkpoint.
package struct CheckpointStore {
  /// The run folder.
  package let folder: String
  /// The number of complete checkpoints to keep.
  package var keep: Int

  package init(folder: String, keep: Int) {
    self.folder = folder
    self.keep = keep
  }

  private static let manifestName = "MANIFEST.json"
  static let prefix = "checkpoint-"
  private static let leftovers = [".tmp-", ".trash-"]
  private static let replaced = ".old-"

  // MARK: - Saving

  /// Saves a checkpoint and then removes the oldest ones beyond `keep`; one that is complete already stays as it is.
  ///
  /// - Parameter expectedBytes: Its approximate size; with less than 1.2 times that free, nothing is written.
  @discardableResult
  package func save(step: Int, files: [CheckpointFile], expectedBytes: Int) throws -> Checkpoint {
    var final = Checkpoint(step: step, folder: Files.join(folder, Self.prefix + String(step)))
    if let complete = try? verified(final) {
      // The process that saved it may have died before it removed an older one.
      try discardOthers(than: complete)
      return complete
    }
    final.files = files.map(\.name)
    try checkSpace(expectedBytes)
    try removeLeftovers()
    try DurableFolder(final.folder).write { draft in
      for file in files { try file.write(Files.join(draft, file.name)) }
      let list = try FileManifest(of: draft, names: files.map(\.name))
      let manifest: JSONValue = ["version": 1, "step": JSONValue(step), "files": list.json]
      try Files.write(manifest.text(indented: true) + "\n", to: Files.join(draft, Self.manifestName))
    }
    try discardOthers(than: final)
    return final
  }

  /// Removes the oldest checkpoints beyond `keep`, and newer ones that are not complete.
  ///
  /// A run has passed over those, and they must not take the place of the one it has saved.
  private func discardOthers(than saved: Checkpoint) throws {
    let others = numbered().filter { $0.step != saved.step }
    let damaged = others.filter { $0.step > saved.step && (try? verified($0)) == nil }
    let kept = ([saved] + others.filter { !damaged.contains($0) }).sorted { $0.step > $1.step }
    for old in damaged + kept.dropFirst(keep) { try discard(old) }
  }

  /// Removes what interrupted saves, exports and removals have left in the run folder.
  ///
  /// A folder that was moved away for a new one, which then did not come, is put back.
  package func removeLeftovers() throws {
    for name in try Files.list(folder) {
      if name.hasPrefix(Self.replaced) {
        try DurableFolder(Files.join(folder, String(name.dropFirst(Self.replaced.count)))).recover()
      } else if Self.leftovers.contains(where: { name.hasPrefix($0) }) {
        try Files.remove(Files.join(folder, name))
      }
    }
  }

  /// Removes every checkpoint.
  package func removeAll() throws {
    try removeLeftovers()
    for checkpoint in numbered() { try discard(checkpoint) }
  }

  private func discard(_ checkpoint: Checkpoint) throws {
    try DurableFolder(checkpoint.folder).remove()
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

  // MARK: - Finding

  /// The newest complete checkpoint; nil if there is none.
  ///
  /// - Parameter warn: Receives a warning about each newer one that is not complete, with the reason.
  package func newest(warn: (String) -> Void) -> Checkpoint? {
    for checkpoint in numbered() {
      do {
        return try verified(checkpoint)
      } catch {
        warn("\(checkpoint.folder) is not complete (\(error)); it is passed over")
      }
    }
    return nil
  }

  /// The folders of all checkpoints, complete or not, newest first.
  package var folders: [String] { numbered().map(\.folder) }

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

  /// The reason why a checkpoint cannot be used.
  private struct Incomplete: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
  }

  /// Compares every file with the manifest, and notes their names.
  private func verified(_ checkpoint: Checkpoint) throws -> Checkpoint {
    var checkpoint = checkpoint
    let manifest = try JSONReader.parse(Files.read(checkpoint.path(of: Self.manifestName), maximumBytes: 1 << 20))
    guard let object = manifest.objectValue, object["version"]?.integerValue == 1,
      object["step"]?.integerValue == checkpoint.step, let files = FileManifest(object["files"])
    else { throw Incomplete("its \(Self.manifestName) is not one") }
    if let difference = try files.differences(in: checkpoint.folder).first { throw Incomplete(difference) }
    checkpoint.files = files.names
    return checkpoint
  }
}
