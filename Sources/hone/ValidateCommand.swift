import ArgumentParser
import Recipes

/// Checks a recipe.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check a recipe and print all its problems, with line and column; runs nothing.",
    discussion: """
      EXAMPLES:
        hone validate recipes/debian-programs.yaml
        hone validate debian-programs --set batch.queries=128
        hone validate debian-programs --resolved

      With --resolved it prints the settings in effect when all is well, as a recipe of its own: every value that the
      file leaves out, with where it comes from at the end of its line. Exit code 78 when something is wrong.
      """
  )

  @Argument(help: "A YAML file, or the name of one in recipes/.")
  var recipe: String

  @Option(name: .customLong("set"), help: "Change a setting: path=value, the value in YAML; null removes the key.")
  var overrides: [String] = []

  @Flag(help: "Print the settings in effect, with the defaults and where each value comes from.")
  var resolved = false

  @OptionGroup var results: ResultOptions

  func run() throws {
    let file = try RecipeFile(recipe, overrides: overrides)
    try Console.printUnlessQuiet(file.validation(resolved: resolved), results)
  }
}
