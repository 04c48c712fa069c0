import ArgumentParser
import Recipes
import Runs

/// Runs a recipe.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a recipe: train a model, mine hard negatives, or evaluate.",
    discussion: """
      EXAMPLES:
        hone run recipes/debian-programs.yaml
        hone run debian-programs --set optimizer.rate=3e-5 --set output.folder=runs/faster
        hone run my-recipe.yaml --resume --quiet --set output.folder=runs/$(date -u +%F)
        hone run recipes/nightly.yaml --set stages.adapt.schedule.epochs=2

      A recipe holds every setting of a run; the run's folder holds what came of it: log.jsonl, TensorBoard events,
      checkpoints, result.json, report.html and the model. A folder holds one run: results are never overwritten. With
      --resume an interrupted run goes on, a finished one is confirmed and a new one starts, so a service may always
      pass it; the recipe and the content of all that it reads must then be the same. Ctrl-C, SIGTERM
      or a closed terminal saves a checkpoint and stops; a second Ctrl-C or SIGTERM stops at once. Under nohup a run
      outlives its terminal.

      A night (recipe: nightly) needs no --resume: the same command goes on, or finds nothing new. It ends with 0 when it
      promoted a model or nothing was new, with 10 when the champion stays, and with 65 when nothing was new but files that
      cannot be read.
      """
  )

  @Argument(help: "A YAML file, or the name of one in recipes/.")
  var recipe: String

  @Option(name: .customLong("set"), help: "Change a setting: path=value, the value in YAML; null removes the key.")
  var overrides: [String] = []

  @Flag(name: .long, help: "Go on with an interrupted run, confirm a finished one.")
  var resume = false

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var results: ResultOptions

  func run() throws {
    let file = try RecipeFile(recipe, overrides: overrides)
    try threads.apply()
    Interruption.install()
    let display = ProgressDisplay(quiet: results.quiet)
    defer { display.finish() }
    let outcome = try file.run(resume: resume, display)
    display.finish()
    try Console.printUnlessQuiet(outcome, results)
    if outcome.exitCode != 0 {
      try Console.flush()
      throw ExitCode(outcome.exitCode)
    }
  }
}

extension RecipeFile {
  /// Runs the recipe with its progress on a display, until it ends or the user interrupts.
  func run(resume: Bool, _ display: ProgressDisplay) throws -> Outcome {
    try run(
      in: RunContext(
        recipe: annotated, resume: resume, report: { display.show($0) }, isInterrupted: { Interruption.signal != 0 }))
  }
}
