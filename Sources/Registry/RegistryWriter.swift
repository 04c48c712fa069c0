package import Files
package import JSONText
import Runs

/// The right to change the versions of a model, which one process has at a time.
///
/// Each change is a sequence of steps of which every one is atomic and durable, in an order that leaves the old champion or the
/// new one after a crash at any moment; what a crash left undone is ended when the next process gets the right.
package final class RegistryWriter {
  package let registry: ModelRegistry
  private let lock: FolderLock
  /// The time for new records, in UTC.
  private let clock: () -> String
  /// Receives a sentence about a page that could not be written, which undoes no change.
  private let warn: (String) -> Void

  private static let lockName = "run.lock"

  /// Makes the model's folder where there is none, takes its lock, and ends what a crash left undone.
  ///
  /// - Throws: An error of kind `temporary` when another process has the lock.
  package init(
    _ registry: ModelRegistry, clock: @escaping () -> String = { Files.timestamp },
    warn: @escaping (String) -> Void = { _ in }
  ) throws {
    (self.registry, self.clock, self.warn) = (registry, clock, warn)
    try Files.makeFolder(registry.folder)
    lock = try FolderLock(registry.folder, name: Self.lockName, advice: "look at it with 'hone models'")
    try recover()
  }

  // MARK: - Promoting and refusing

  /// A candidate for the place of the champion.
  package struct Candidate {
    /// The folders of its models by their names in the version: `model`, `reranker`.
    ///
    /// They are promoted together.
    package var parts: [(name: String, folder: String)]
    /// Further files of the version by name: the recipe, the measures, the hashes of the data.
    package var documents: [(name: String, content: String)]
    /// The decision that promotes it, written as `decision.json`.
    package var decision: JSONValue
    /// What the history says of it beside the version.
    package var details: JSONObject

    package init(
      parts: [(name: String, folder: String)], documents: [(name: String, content: String)] = [],
      decision: JSONValue, details: JSONObject = JSONObject()
    ) {
      (self.parts, self.documents, self.decision, self.details) = (parts, documents, decision, details)
    }
  }

  static let decisionName = "decision.json"

  /// Makes a version of a candidate, and that the champion.
  package func promote(_ candidate: Candidate, reasons: [String] = []) throws -> VersionNumber {
    let champion = try registry.champion()
    let version = try nextVersion()
    try DurableFolder(registry.folder(of: version)).write { draft in
      for part in candidate.parts { try Files.copyFolder(part.folder, to: Files.join(draft, part.name)) }
      let documents = candidate.documents + [(Self.decisionName, candidate.decision.text(indented: true) + "\n")]
      for document in documents { try Files.write(document.content, to: Files.join(draft, document.name)) }
      let manifest = try VersionManifest(
        of: draft, version: version, parent: champion, created: clock(), parts: candidate.parts.map(\.name))
      try Files.write(manifest.json.text(indented: true) + "\n", to: Files.join(draft, VersionManifest.name))
    }
    try point(champion: version, previous: champion)
    try add(
      HistoryEvent(
        .promoted, time: clock(), champion: version, previous: champion, reasons: reasons, details: candidate.details))
    return version
  }

  /// Notes that a candidate was refused; the champion stays.
  package func refuse(reasons: [String], details: JSONObject = JSONObject()) throws(FileError) {
    try add(
      HistoryEvent(
        .refused, time: clock(), champion: registry.champion(), previous: registry.previous(), reasons: reasons,
        details: details))
  }

  // MARK: - Going back, and removing

  /// Makes an older version the champion again.
  ///
  /// - Parameter target: The version; without it the one before the champion.
  /// - Throws: `RunError` if there is none.
  package func rollBack(to target: VersionNumber? = nil, reason: String? = nil) throws -> VersionNumber {
    let versions = try registry.versions()
    let champion = try registry.champion()
    guard let target = try target ?? registry.previous() else {
      throw RunError(.badData, "\(registry.folder): no version came before \(champion?.description ?? "the first one")")
    }
    guard versions.contains(target) else {
      let list = versions.isEmpty ? "none" : versions.map(\.description).joined(separator: ", ")
      throw RunError(.badData, "\(registry.folder) has no version \(target); there are \(list)")
    }
    guard target != champion else {
      throw RunError(.badData, "\(registry.folder): \(target) is the champion already")
    }
    let damage = try registry.manifest(of: target).differences(in: registry.folder(of: target))
    guard damage.isEmpty else {
      throw RunError(
        .badData, "\(registry.folder(of: target)) is damaged (\(damage[0])); choose another version with --to")
    }
    let parent = try registry.manifest(of: target).parent.flatMap { versions.contains($0) ? $0 : nil }
    try point(champion: target, previous: parent)
    var details = JSONObject()
    details["from"] = champion.map { JSONValue($0.description) }
    try add(
      HistoryEvent(
        .rolledBack, time: clock(), champion: target, previous: parent, reasons: reason.map { [$0] } ?? [],
        details: details))
    return target
  }

  /// Removes the oldest versions; the champion, the one before it and the newest `keep` stay.
  ///
  /// - Returns: The versions that were removed.
  package func prune(keep: Int) throws -> [VersionNumber] {
    let (champion, previous) = (try registry.champion(), try registry.previous())
    let old = try registry.versions().dropLast(keep).filter { $0 != champion && $0 != previous }
    guard !old.isEmpty else { return [] }
    for version in old { try DurableFolder(registry.folder(of: version)).remove() }
    try add(
      HistoryEvent(
        .pruned, time: clock(), champion: champion, previous: previous,
        details: JSONObject([("versions", .array(old.map { JSONValue($0.description) }))])))
    return Array(old)
  }

  // MARK: - After a crash

  /// Ends what a crash left undone.
  ///
  /// 1. Drafts and half removed versions go. 2. A champion that the history does not know yet is noted. 3. Where the history is
  /// whole, a version whose promotion did not reach the links goes, and `previous` is what the history says. 4. A page that
  /// is older than the history is written anew.
  private func recover() throws {
    defer { if registry.isPageStale { writePage() } }
    for name in try Files.list(registry.folder) where [".tmp-", ".trash-", ".old-"].contains(where: name.hasPrefix) {
      try Files.remove(Files.join(registry.folder, name))
    }
    let champion = try registry.champion()
    let events = try registry.history().filter { $0.kind != .refused }
    let known = events.compactMap(\.champion).max() ?? VersionNumber(0)
    guard events.last?.champion == champion else {
      guard let champion else { return }
      return try add(
        HistoryEvent(
          champion > known ? .promoted : .rolledBack, time: clock(), champion: champion, previous: registry.previous(),
          reasons: ["noted after an interruption"]))
    }
    for version in try registry.versions() where version > known {
      guard let manifest = try? registry.manifest(of: version), manifest.parent == champion else { continue }
      try DurableFolder(registry.folder(of: version)).remove()
    }
    let previous = events.last?.previous
    if try registry.previous() != previous { try point(previous: previous) }
  }

  // MARK: - Helpers

  /// The number after all that there are or ever were, so that a number has one meaning forever.
  private func nextVersion() throws(FileError) -> VersionNumber {
    let known = try registry.history().compactMap(\.champion) + registry.versions()
    return known.max()?.next ?? VersionNumber(1)
  }

  /// Points the links: first `previous`, so that a rollback is possible as soon as the champion is new.
  private func point(champion: VersionNumber, previous: VersionNumber?) throws(FileError) {
    try point(previous: previous)
    try Files.pointLink(Files.join(registry.folder, ModelRegistry.championName), to: champion.description)
  }

  private func point(previous: VersionNumber?) throws(FileError) {
    let link = Files.join(registry.folder, ModelRegistry.previousName)
    if let previous {
      try Files.pointLink(link, to: previous.description)
    } else if try Files.linkTarget(link) != nil {
      try Files.remove(link)
      try Files.synchronizeFolder(registry.folder)
    }
  }

  private func add(_ event: HistoryEvent) throws(FileError) {
    try append(HistoryEvent(event, withReportFrom: registry.folder))
    writePage()
  }

  /// Writes the page; it only shows what the history has, so that a failure is a warning.
  private func writePage() {
    do {
      try registry.writePage()
    } catch {
      warn(
        "\(registry.page) does not show the last change (\(error)); 'hone models \(registry.name) history' writes it")
    }
  }

  private func append(_ event: HistoryEvent) throws(FileError) {
    let path = Files.join(registry.folder, ModelRegistry.historyName)
    let isNew = !Files.exists(path)
    let file = try AppendingFile(path)
    try file.append(line: event.json.text())
    try file.synchronize()
    if isNew { try Files.synchronizeFolder(registry.folder) }
  }
}
