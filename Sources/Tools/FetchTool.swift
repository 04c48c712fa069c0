import Encoders
import Files
import Hub
import JSONText
package import Runs
import Words

/// `hone fetch`: brings a model from the Hub into a folder of its own, whole or not at all.
///
/// Files come into `.fetch-NAME` beside the folder, which stays after an interruption; the same command then goes on.
package struct FetchTool {
  package var name: String
  package var revision: String
  package var into: String
  package var environment: [String: String]
  package var report: (RunEvent) -> Void
  /// Throws when the user interrupts.
  package var check: () throws -> Void
  /// Waits for some seconds before the Hub is asked again.
  package var pause: (_ seconds: Double) throws -> Void

  package init(
    name: String, revision: String, into: String, environment: [String: String],
    report: @escaping (RunEvent) -> Void, check: @escaping () throws -> Void,
    pause: @escaping (_ seconds: Double) throws -> Void
  ) {
    self.name = name
    self.revision = revision
    self.into = into
    self.environment = environment
    self.report = report
    self.check = check
    self.pause = pause
  }

  package func callAsFunction() throws -> Outcome {
    let repository = try RepositoryName(name)
    let revision = try RevisionName(revision)
    let settings = try HubSettings(environment: environment)
    let target = Files.join(into, repository.folder)
    try Files.makeFolder(into)
    let work = Files.join(into, ".fetch-\(repository.folder)")
    try Files.makeFolder(work)
    let lock = try FolderLock(work, name: "lock", advice: "choose another folder with --into")
    return try withExtendedLifetime(lock) {
      do {
        let connection = HubConnection(settings, folder: work, report: report, pause: pause)
        let listing = try RepositoryListing(repository, revision: revision, connection)
        let outcome = try fetch(listing, connection, in: work, to: target)
        try Files.remove(work)
        return outcome
      } catch {
        // What has come of a model stays; a folder without any says nothing.
        if !Files.exists(Files.join(work, Self.files)) { try? Files.remove(work) }
        throw error
      }
    }
  }

  private static let files = "files"

  private func fetch(_ listing: RepositoryListing, _ connection: HubConnection, in work: String, to target: String)
    throws -> Outcome
  {
    let folder = Files.join(work, Self.files)
    let downloads = Downloads(
      listing, connection, folder: folder, parts: Files.join(work, "parts"), report: report, check: check)
    let known = FetchedFolder(target, of: listing.repository.description)
    let paths = listing.files.map(\.path)
    if let origin = try known.origin(ifCompleteAt: listing.commit, among: paths) {
      return outcome(origin, target, isNew: false)
    }
    func bring(_ paths: [String], _ what: String) throws {
      let files = try paths.map { path in
        guard let file = listing.files.first(where: { $0.path == path }) else {
          throw HubError(
            .badData, "\(name): the index of its weights names \(path), which the repository does not have")
        }
        return file
      }
      try known.requireReplaceable(by: files)
      try requireSpace(for: files, in: folder)
      try downloads.fetch(files, task: "fetching \(what)", known: Files.exists(target) ? target : nil)
    }
    try named(folder) {
      if paths.contains(NeededFiles.modules) { try bring([NeededFiles.modules], "modules") }
      let needed = try NeededFiles(among: paths, in: folder)
      try bring(needed.settings, "settings")
      try NeededFiles.check(folder)
      try bring(needed.weights(), "weights")
    }
    let origin = HubOrigin(
      endpoint: connection.settings.endpoint, repository: listing.repository.description, revision: listing.commit,
      files: downloads.fetched.map { HubOrigin.File(path: $0.file.path, bytes: $0.file.size, sha256: $0.sha256) })
    let isNew = try !known.has(origin)
    if isNew { try publish(folder, origin, as: target) }
    return outcome(origin, target, isNew: isNew)
  }

  /// Gives the folder its name.
  private func publish(_ folder: String, _ origin: HubOrigin, as target: String) throws {
    let wanted = Set(origin.files.map { $0.path.split(separator: "/").first.map(String.init) ?? "" })
    try DurableFolder(target).write { draft in
      for entry in try Files.list(folder) where wanted.contains(entry) {
        try Files.rename(Files.join(folder, entry), to: Files.join(draft, entry))
      }
      try origin.write(to: draft)
    }
  }

  private func requireSpace(for files: [RemoteFile], in folder: String) throws {
    let needed = files.reduce(0) { $0 + $1.size }
    let free = try Files.freeBytes(at: into)
    if needed > free {
      throw HubError(
        .inputOutput,
        "\(into): \(name) needs \(NumberText.bytes(needed)) and \(NumberText.bytes(free)) are free; free some space, or "
          + "choose another folder with --into")
    }
  }

  /// Runs a step; errors about files in the folder name the model instead.
  private func named(_ folder: String, _ step: () throws -> Void) throws {
    do {
      try step()
    } catch let error as any UserFacingError where [.badData, .missingInput].contains(error.kind) {
      throw HubError(error.kind, error.description.replacing(folder, with: name))
    }
  }

  private func outcome(_ origin: HubOrigin, _ target: String, isNew: Bool) -> Outcome {
    let bytes = origin.files.reduce(0) { $0 + $1.bytes }
    let result: JSONValue = [
      "folder": JSONValue(target), "repository": JSONValue(origin.repository), "revision": JSONValue(origin.revision),
      "fetched": JSONValue(isNew), "bytes": JSONValue(bytes), "files": .array(origin.files.map { JSONValue($0.path) }),
    ]
    let count = NumberText.counted(origin.files.count, "file")
    return Outcome(
      result,
      lines: [
        "\(target): \(origin.repository) at \(origin.revision.prefix(12)), \(count), \(NumberText.bytes(bytes))"
          + (isNew ? "" : " (was there already)")
      ])
  }
}
