import Files
package import JSONText
import Settings
import Words

/// The folder of one run: `recipe.yaml`, `inputs.json`, `log.jsonl`, event files, checkpoints, and at the end
/// `result.json`, `report.html` and the products of the run.
///
/// A folder holds one run, ever: results are never overwritten, and a nightly job names a new folder each night
/// (`--set output.folder=runs/$(date -u +%F)`). `--resume` starts a new run, goes on with an interrupted one, or
/// confirms a finished one, so a service may always pass it.
///
/// A run that is refused, or ends before it has made anything, leaves no folder: see ``work(_:)``.
package final class RunFolder {
  /// The state of the folder when a run opens it.
  package enum State {
    /// Nothing yet, or an interrupted run to go on with.
    case open
    /// A finished run of the same recipe, with its result.
    case finished(JSONValue)
  }

  package let path: String
  package let state: State
  /// True if an earlier start of the same run has left its log and maybe checkpoints.
  package let isContinued: Bool
  /// The settings of the earlier start of a run that is continued.
  package let earlierRecipe: [UInt8]?
  /// The digests of the run's inputs.
  package let inputs: InputDigests
  private let claim: FolderClaim
  private let started = ContinuousClock.now

  /// The time since the folder was opened.
  package var seconds: Double { started.duration(to: .now).seconds }

  /// Opens a folder for a run and locks it until the value goes away.
  ///
  /// - Parameters:
  ///   - recipe: The resolved recipe of the run.
  ///   - inputs: The files and folders that the run reads; they are hashed here, before work begins.
  ///   - free: The dotted paths of sections and settings that do not affect the result; a run may go on with other ones.
  ///   - resume: True to go on with or confirm an existing run of the same recipe.
  /// - Throws: `FileError` if the folder holds another run, `RunError` if the same run read other content.
  package init(_ path: String, recipe: String, inputs: [RunInput], free: [String] = [], resume: Bool) throws {
    self.path = path
    // Both come before anything is made: a folder of something else gets no lock, and a missing input leaves no folder.
    let isNew = try Self.content(of: path).isEmpty
    let early = isNew ? try InputDigests(of: inputs) : nil
    let claim = try FolderClaim(path, lockName: Self.lockName, advice: "choose another output folder")
    self.claim = claim
    do {
      // Anew, since another process may have had the lock until now.
      let content = try Self.content(of: path)
      let isFinished = content.contains(Self.resultName)
      // A run that failed before its first step, for example on bad data, left nothing worth keeping.
      let isBegun = isFinished || content.contains { $0 == RunLog.name || $0.hasPrefix(CheckpointStore.prefix) }
      if isBegun {
        guard resume else { throw Self.occupied(path, isFinished: isFinished) }
        try Self.checkSameRecipe(path, recipe, free: free)
      }
      let digests = try early ?? InputDigests(of: inputs)
      if isBegun { try Self.checkSameInputs(path, digests, isFinished: isFinished) }
      let stored = Files.join(path, Self.recipeName)
      isContinued = isBegun && !isFinished
      earlierRecipe = isContinued ? try Files.read(stored, maximumBytes: SettingsFile.maximumBytes) : nil
      if !isFinished {
        try Files.write(recipe, to: stored)
        try digests.write(to: path, settings: SettingsFile.identity(of: Array(recipe.utf8), except: free) ?? recipe)
      }
      self.inputs = digests
      state = isFinished ? .finished(try Self.readJSON(Files.join(path, Self.resultName))) : .open
    } catch {
      claim.withdraw(removing: Self.bookkeeping)
      throw error
    }
  }

  package static let recipeName = "recipe.yaml"
  package static let resultName = "result.json"
  /// The name of the page that shows the result.
  package static let reportName = "report.html"
  package static let lockName = "run.lock"
  /// The files that say what a run is; without others there is nothing in the folder.
  private static let bookkeeping = [recipeName, InputDigests.name]

  /// Does the work of the run; where it fails and has made nothing, the folder goes.
  package func work<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      claim.withdraw(removing: Self.bookkeeping)
      throw error
    }
  }

  /// The outcome of a run that is finished already; nil if there is work left.
  package var confirmation: Outcome? {
    guard case .finished(let result) = state else { return nil }
    return Outcome(result, lines: ["\(path): this run is finished already; nothing to do"])
  }

  /// The path of something in the folder.
  package func file(_ name: String) -> String { Files.join(path, name) }

  /// Writes the result, which marks the run as finished.
  package func finish(_ result: JSONValue) throws {
    try Files.write(result.text(indented: true) + "\n", to: file(Self.resultName))
  }

  // MARK: - Helpers

  /// The names in the folder, which is that of a run or empty; none where there is no folder.
  private static func content(of path: String) throws(FileError) -> [String] {
    let content = try FolderClaim.content(of: path, lockName: lockName)
    guard content.isEmpty || content.contains(recipeName) else {
      throw refusal(path, "\(path) is not empty and holds no run; choose a new output folder")
    }
    return content
  }

  private static func checkSameRecipe(_ path: String, _ recipe: String, free: [String]) throws {
    let stored = try Files.read(Files.join(path, recipeName), maximumBytes: SettingsFile.maximumBytes)
    guard stored != Array(recipe.utf8) else { return }
    guard let differences = SettingsFile.differences(stored, Array(recipe.utf8), except: free) else {
      throw refusal(path, "\(Files.join(path, recipeName)) cannot be read any more; choose a new output folder")
    }
    guard !differences.isEmpty else { return }
    throw refusal(
      path,
      "\(path) holds a run of other settings (\(shown(differences))); --resume needs the same ones, or choose a new output folder"
    )
  }

  private static func checkSameInputs(_ path: String, _ inputs: InputDigests, isFinished: Bool) throws {
    guard let earlier = InputDigests.Record(in: path) else {
      throw RunError(
        .badData, "\(path) does not say what its run has read (\(InputDigests.name)); choose a new output folder")
    }
    let differences = inputs.differences(from: earlier)
    guard differences.isEmpty else {
      throw RunError(
        .badData,
        "\(path) holds a run of other data (\(shown(differences))); --resume needs the same content, or choose a new output "
          + "folder")
    }
    // Another version may compute other vectors, and what it has measured is compared with what this one measures.
    guard isFinished || earlier.version == Hone.version else {
      throw RunError(
        .badData,
        "\(path) holds a run that hone \(earlier.version ?? "of an older version") began, this is \(Hone.version); end it "
          + "with that one, or choose a new output folder")
    }
  }

  /// The first differences, on one line.
  private static func shown(_ differences: [String]) -> String {
    differences.prefix(3).joined(separator: ", ") + (differences.count > 3 ? ", …" : "")
  }

  private static func readJSON(_ path: String) throws -> JSONValue {
    do {
      return try JSONReader.parse(Files.read(path, maximumBytes: 1 << 26))
    } catch let error as JSONError {
      throw FileError(path: path, kind: .badData, description: "\(path):\(error); remove the run's folder")
    }
  }

  private static func occupied(_ path: String, isFinished: Bool) -> FileError {
    let advice =
      isFinished
      ? "a run has a folder of its own: set output.folder to a new one, or remove this one"
      : "go on with --resume, set output.folder to a new one, or remove this one"
    return refusal(path, "\(path) holds \(isFinished ? "a finished" : "an interrupted") run; \(advice)")
  }

  private static func refusal(_ path: String, _ message: String) -> FileError {
    FileError(path: path, kind: .cannotCreate, description: message)
  }
}
