import ArgumentParser
import Recipes

/// Prints the reference of all keys of recipes.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "List the keys of recipes, with type, default, choices and a sentence each.",
    discussion: """
      EXAMPLES:
        hone keys trainBiEncoder
        hone keys --json
        hone keys --schema > recipes/schema.json

      A key with a default may be left out; one without is required, or an optional feature (–). With --schema it is a
      JSON schema for editors: a recipe whose first line is '# yaml-language-server: $schema=schema.json' is completed
      and checked by the YAML language server.
      """
  )

  @Argument(help: "The kind of recipe, such as trainBiEncoder; all without it.")
  var kind: String?

  @Flag(help: "Print tables of Markdown, as in the documentation.")
  var markdown = false

  @Flag(help: "Print the JSON schema of all recipes.")
  var schema = false

  @Flag(help: "Print the keys as JSON.")
  var json = false

  func validate() throws {
    if [markdown, schema, json].count(where: { $0 }) > 1 {
      throw ValidationError("give one of --markdown, --schema and --json")
    }
    if schema && kind != nil { throw ValidationError("--schema is of all recipes; leave out the kind") }
  }

  func run() throws {
    let reference = try RecipeReference(of: kind)
    if markdown {
      try Console.printText(reference.markdown)
    } else if schema {
      try Console.printText(reference.schema)
    } else {
      try Console.print(reference.outcome, asJSON: json)
    }
  }
}
