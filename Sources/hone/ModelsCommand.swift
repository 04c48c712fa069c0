import ArgumentParser
import Recipes
import Runs
import Tools

/// Shows and changes the versions of a model.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List the versions of a model, roll back, verify and prune them.",
    discussion: """
      A version is a folder that never changes: models/NAME/v000012. What serves the model follows the link
      models/NAME/champion; a rollback moves it.

      EXAMPLES:
        hone models shop
        hone models shop promote --run runs/night
        hone models shop rollback
        hone models shop rollback --to v000012 --reason "slow on long queries"
        hone models shop verify
        hone models shop prune --keep 5
        hone models shop history
      """
  )

  enum Action: String, ExpressibleByArgument, CaseIterable { case list, promote, rollback, verify, prune, history }

  @Argument(help: "The name of the model.")
  var name: String

  @Argument(help: "list, promote, rollback, verify, prune or history, which writes models/NAME/history.html.")
  var action: Action = .list

  @Option(name: .long, help: "The folder of all models.")
  var registry = "models"

  @Option(name: .customLong("run"), help: "promote: the folder of a finished run.")
  var runFolder: String?

  @Option(name: .long, help: "promote: the folder of the run of its reranker; both are promoted together.")
  var reranker: String?

  @Option(name: .long, help: "rollback: the version; by default the one before the champion.")
  var to: String?

  @Option(name: .long, help: "rollback: the reason, for the history.")
  var reason: String?

  @Option(name: .long, help: "prune: the number of newest versions to keep; the champion and the one before it stay.")
  var keep: Int?

  @OptionGroup var results: ResultOptions

  func validate() throws {
    let given: [(option: String, isGiven: Bool, owner: Action)] = [
      ("run", runFolder != nil, .promote), ("reranker", reranker != nil, .promote), ("to", to != nil, .rollback),
      ("reason", reason != nil, .rollback), ("keep", keep != nil, .prune),
    ]
    for (option, isGiven, owner) in given where isGiven && action != owner {
      throw ValidationError("--\(option) belongs to '\(owner.rawValue)', not to '\(action.rawValue)'.")
    }
    if action == .promote && runFolder == nil { throw ValidationError("'promote' needs --run.") }
    if action == .prune && (keep ?? 0) < 1 { throw ValidationError("'prune' needs --keep, at least 1.") }
  }

  func run() throws {
    let chosen: ModelsTool.Action =
      switch action {
      case .list: .list
      case .promote: .promote(run: runFolder ?? "", reranker: reranker)
      case .rollback: .rollBack(to: to, reason: reason)
      case .verify: .verify
      case .prune: .prune(keep: keep ?? 1)
      case .history: .history
      }
    let display = ProgressDisplay(quiet: results.quiet)
    defer { display.finish() }
    let outcome = try ModelsTool(folder: registry, name: name, action: chosen, report: { display.show($0) })()
    display.finish()
    try Console.print(outcome, asJSON: results.json)
  }
}
