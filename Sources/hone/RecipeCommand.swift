import ArgumentParser
import Recipes

/// Prints the template of a recipe.
struct RecipeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipe",
    abstract: "Print a commented template of a recipe.",
    discussion: """
      EXAMPLES:
        hone recipe trainBiEncoder > my-recipe.yaml
        hone recipe mineNegatives

      The template has every key: those that must be there with an example, all others as comments with their defaults.
      Fill in your folders, then check it with 'hone validate'.
      """
  )

  @Argument(help: "The kind of recipe, such as trainBiEncoder; see 'hone keys'.")
  var kind: String

  func run() throws { try Console.printText(RecipeReference(of: kind).template) }
}
