import Files
import Runs

extension RunContext {
  /// Opens the folder of a recipe's run, which records the inputs before any work.
  func open(_ recipe: some Recipe) throws -> RunFolder {
    try RunFolder(
      recipe.outputFolder, recipe: self.recipe, inputs: recipe.inputs, free: recipe.freeSettings, resume: resume)
  }

  /// Does the work of a recipe in its folder and writes report and result; a finished run is confirmed.
  ///
  /// - Parameter work: Reads all inputs, confirms that they are those of the folder (`InputDigests.confirm`), and
  ///   does the rest.
  func perform(_ recipe: some Recipe, _ work: (RunFolder) throws -> Conclusion) throws -> Outcome {
    let folder = try open(recipe)
    if let confirmation = folder.confirmation { return confirmation }
    return try folder.work {
      let end = try work(folder)
      try Files.write(end.page, to: folder.file(RunFolder.reportName))
      try folder.finish(end.result)
      return Outcome(end.result, lines: end.lines)
    }
  }
}
