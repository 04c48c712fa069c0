import ArgumentParser
import Foundation
import Recipes
import Runs

/// The command-line tool: every command reads its arguments, calls a recipe or a tool, and prints the result.
@main
struct HoneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hone",
    abstract: "Fine-tunes search models on ordinary CPUs.",
    discussion: """
      EXAMPLES:
        hone run recipes/debian-programs.yaml
        hone search --model runs/debian-programs/model --corpus recipes/data/debian-programs/corpus.jsonl \\
          --query "edit pictures"

      Results go to standard output, progress and messages to standard error. Exit codes: 0 done, 10 trained and not promoted,
      64 wrong usage, 65 bad data, 66 input missing, 70 internal or a non-finite loss, 73 cannot create output, 74 input/output error, 75 busy, 78
      bad recipe, 129, 130 or 143 interrupted.
      """,
    version: Hone.version,
    subcommands: [
      AdaptCommand.self, InitCommand.self, RunCommand.self, ValidateCommand.self, RecipeCommand.self, KeysCommand.self,
      FetchCommand.self, InspectCommand.self, TokenizeCommand.self, EncodeCommand.self, SearchCommand.self,
      RerankCommand.self, ScoreCommand.self, EvaluateCommand.self, ModelsCommand.self,
    ]
  )

  static func main() {
    // A closed pipe is recognized by the error of the write, see `Console`.
    signal(SIGPIPE, SIG_IGN)
    do {
      try Hone.checkInstructions()
      Hone.startFastestBuild()
      var command = try parseAsRoot()
      try command.run()
      try Console.flush()
    } catch {
      Console.end(with: error)
    }
  }
}

/// The options of commands that print results.
struct ResultOptions: ParsableArguments {
  @Flag(name: .long, help: "Print the results as JSON.")
  var json = false

  @Flag(name: .long, help: "Print no progress and no messages but errors and warnings.")
  var quiet = false
}
