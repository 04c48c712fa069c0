import Files
import Recipes
import Runs

/// One run of a task with one small change.
package struct Trial: Sendable {
  package let seed: UInt64
  package let task: Task
  package let mutation: Mutation
  /// The changed file.
  package let path: String

  /// Draws the trial of a seed.
  ///
  /// - Parameter tasks: The valid tasks.
  package init(seed: UInt64, of tasks: [Task]) {
    var random = RandomNumbers(seed: seed)
    self.seed = seed
    while true {
      var task = tasks[random.below(tasks.count)]
      let mutation = Mutation.all[random.below(Mutation.all.count)]
      let places = task.files.indices.filter { mutation.kinds.contains(task.files[$0].kind) }
      guard let place = random.pick(places), let bytes = mutation.edit(task.files[place].bytes, &random) else {
        continue
      }
      task.files[place].bytes = bytes
      (self.task, self.mutation, path) = (task, mutation, task.files[place].path)
      return
    }
  }

  package var description: String { "seed \(seed): task \(task.name), \(path): \(mutation.name)" }
}

/// How a run of a task ended.
package struct Ending: Sendable {
  /// The exit code that `hone run` would end with.
  package var code: Int32
  package var message = ""
  /// The digests of all files that hold results, by path; times are in none of them.
  package var results: [String: String] = [:]
  /// What the run left in the task's folder beside its inputs and a run that has taken steps.
  package var leftovers: [String] = []

  /// Runs the recipe of a task in this process, in the working directory, which is emptied before and after.
  package init(emptyingWorkingDirectoryFor task: Task) throws {
    try Self.empty()
    defer { try? Self.empty() }
    try task.write(to: ".")
    let before = Set(try Files.list("."))
    do {
      let file = try RecipeFile("recipe.yaml")
      _ = file.validation
      // A changed number may ask for a million epochs: such a run is interrupted, as a user would.
      let end = ContinuousClock.now + Self.patience
      let context = RunContext(
        recipe: file.resolved, resume: false, report: { _ in }, isInterrupted: { ContinuousClock.now > end })
      _ = try file.run(in: context)
      code = 0
    } catch {
      guard let failure = Failure(error, signal: Self.interruption) else { throw error }
      (code, message) = (failure.exitCode, failure.message)
    }
    let made = try Files.list(".").filter { !before.contains($0) }
    for name in made where Files.isFolder(name) { results.merge(try Self.digests(of: name)) { $1 } }
    // A run that took steps keeps them.
    leftovers = made.filter { !Files.exists(Files.join($0, "log.jsonl")) }
  }

  private static let patience = Duration.seconds(3)
  private static let interruption: Int32 = 2

  /// True if the run was interrupted, since it would have taken long.
  package var isInterrupted: Bool { code == 128 + Self.interruption }

  private static func empty() throws {
    for name in try Files.list(".") { try Files.remove(name) }
  }

  private static func digests(of folder: String, below prefix: String = "") throws -> [String: String] {
    var digests: [String: String] = [:]
    for name in try Files.list(folder) {
      let path = Files.join(folder, name)
      if Files.isFolder(path) {
        digests.merge(try Self.digests(of: path, below: prefix + name + "/")) { $1 }
      } else if [".safetensors", ".run", "rows.jsonl"].contains(where: name.hasSuffix) {
        digests[prefix + name] = try FileDigest.sha256(of: path)
      }
    }
    return digests
  }
}
