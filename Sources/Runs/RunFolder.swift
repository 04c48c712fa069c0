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
  /// The digests of the run's inputs.
  package let inputs: InputDigests
  private let lock: FolderLock
  private let started = ContinuousClock.now

  /// The time since the folder was opened.
  package var seconds: Double { started.duration(to: .now).seconds }

  /// Opens a folder for a run and locks it until the value goes away.
  ///
  /// - Parameters:
  ///   - recipe: The resolved recipe of the run.
  ///   - inputs: The files and folders that the run reads; they are hashed here, before work begins.
  ///   - resume: True to go on with or confirm an existing run of the same recipe.
  /// - Throws: `FileError` if the folder holds another run, `RunError` if the same run read other content.
  package init(_ path: String, recipe: String, inputs: [RunInput], resume: Bool) throws {
    self.path = path
    let others = Files.exists(path) ? try Files.list(path).filter { $0 != Self.lockName } : []
    let isRun = others.contains(Self.recipeName)
    guard others.isEmpty || isRun else {
      throw Self.refusal(path, "\(path) is not empty and holds no run; choose a new output folder")
    }
    try Files.makeFolder(path)
    lock = try FolderLock(path, name: Self.lockName, advice: "choose another output folder")
    let result = Files.join(path, Self.resultName)
    let isFinished = Files.exists(result)
    // A run that failed before its first step, for example on bad data, left nothing worth keeping.
    guard isFinished || others.contains(RunLog.name) else {
      state = .open
      isContinued = false
      self.inputs = try InputDigests(of: inputs)
      try Files.write(recipe, to: Files.join(path, Self.recipeName))
      try self.inputs.write(to: path, settings: recipe)
      return
    }
    guard resume else {
      let advice =
        isFinished
        ? "a run has a folder of its own: set output.folder to a new one, or remove this one"
        : "go on with --resume, set output.folder to a new one, or remove this one"
      throw Self.refusal(path, "\(path) holds \(isFinished ? "a finished" : "an interrupted") run; \(advice)")
    }
    try Self.checkSameRecipe(path, recipe)
    self.inputs = try InputDigests(of: inputs)
    try Self.checkSameInputs(path, self.inputs)
    state = isFinished ? .finished(try Self.readJSON(result)) : .open
    isContinued = !isFinished
  }

  package static let recipeName = "recipe.yaml"
  package static let resultName = "result.json"
  private static let lockName = "run.lock"

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

  private static func checkSameRecipe(_ path: String, _ recipe: String) throws {
    let stored = try Files.read(Files.join(path, recipeName), maximumBytes: SettingsFile.maximumBytes)
    guard stored != Array(recipe.utf8) else { return }
    guard let differences = SettingsFile.differences(stored, Array(recipe.utf8)) else {
      throw refusal(path, "\(Files.join(path, recipeName)) cannot be read any more; choose a new output folder")
    }
    guard !differences.isEmpty else { return }
    throw refusal(
      path,
      "\(path) holds a run of other settings (\(shown(differences))); --resume needs the same ones, or choose a new output folder"
    )
  }

  private static func checkSameInputs(_ path: String, _ inputs: InputDigests) throws {
    guard let earlier = InputDigests(in: path) else {
      throw RunError(
        .badData, "\(path) does not say what its run has read (\(InputDigests.name)); choose a new output folder")
    }
    let differences = inputs.differences(from: earlier)
    guard !differences.isEmpty else { return }
    throw RunError(
      .badData,
      "\(path) holds a run of other data (\(shown(differences))); --resume needs the same content, or choose a new output "
        + "folder")
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

  private static func refusal(_ path: String, _ message: String) -> FileError {
    FileError(path: path, kind: .cannotCreate, description: message)
  }
}
