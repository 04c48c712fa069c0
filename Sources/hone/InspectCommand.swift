import ArgumentParser
import Recipes
import Tools

/// Shows the contents of a model.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show the tensors and settings of a model folder or a .safetensors file.",
    discussion: """
      EXAMPLES:
        hone inspect checkpoints/all-MiniLM-L6-v2
        hone inspect runs/night/model/model.safetensors --json
      """
  )

  @Argument(help: "A model folder or a .safetensors file.")
  var path: String

  @OptionGroup var results: ResultOptions

  func run() throws {
    try Console.print(InspectionTool(path: path)(), asJSON: results.json)
  }
}
