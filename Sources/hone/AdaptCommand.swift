import ArgumentParser
import Projects
import Recipes
import Runs

/// Makes a project of the user's own files and trains on it.
struct AdaptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adapt",
    abstract: "Adapt a model to your own files: hone init and its training in one command.",
    discussion: """
      EXAMPLES:
        hone adapt faq.csv
        hone adapt tickets.jsonl --query-column subject --document-column resolution --into tickets
        hone adapt my-collection --model BAAI/bge-small-en-v1.5

      Makes the project folder that hone init makes, fetches the model if it is absent, and runs adapt.yaml: training, hard
      negatives where there are rows enough, and a verdict on queries that training has not seen. The model is in
      runs/adapt/model of the project folder, the report beside it. An interrupted run goes on with the command that it names.
      """
  )

  @OptionGroup var project: ProjectOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var results: ResultOptions

  func run() throws {
    try threads.apply()
    Interruption.install()
    let display = ProgressDisplay(quiet: results.quiet)
    defer { display.finish() }
    let tool = try project.tool { model in
      try FetchCommand.bring(model, display)
    } report: {
      display.show($0)
    }
    let made = try tool()
    display.show(.lines(made.lines + ["time        \(made.time)", ""]))
    let file = try RecipeFile(made.recipe)
    let outcome: Outcome
    do {
      outcome = try file.run(resume: false, display)
    } catch {
      display.finish()
      Console.note("the project is made; its training starts again, or goes on, with: \(made.next) --resume")
      throw error
    }
    display.finish()
    try Console.printUnlessQuiet(outcome, results)
  }
}
