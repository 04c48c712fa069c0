import Files
import Runs
import Settings

/// Runs the stages of a night in their order.
struct StageRunner {
  /// A stage that has run, now or in an earlier night.
  struct Finished {
    let name: String
    let folder: String
    let product: StageProduct?
    /// The rows that it trained on.
    let trainedRows: RowSource?
  }

  /// A training whose loss, gradients or weights left the finite numbers.
  struct NotFinite: Error {
    let error: RunError
  }

  private let folder: String
  private let context: RunContext
  /// The values of references.
  private var values: [String: String]
  private(set) var finished: [Finished] = []

  /// - Parameters:
  ///   - folder: The folder of all nights.
  ///   - values: The values of the references that no stage makes.
  init(in folder: String, values: [String: String], _ context: RunContext) {
    (self.folder, self.values, self.context) = (folder, values, context)
  }

  /// The model that a reference stands for.
  func model(_ reference: String) -> String? { StageSection.reference(reference).flatMap { values[$0] } }

  /// Runs a stage, unless it has run with the same settings on the same content.
  ///
  /// - Throws: ``NotFinite``; else what the recipe throws, with the name of the stage.
  mutating func run(_ stage: StageSection, number: Int, of count: Int) throws {
    do {
      let path = Files.join(folder, "\(stage.name)-\(try key(of: stage))")
      let file = try read(stage, in: path)
      let recipe = file.program.recipe
      let product = recipe.product
      let place = "stage \(number) of \(count), '\(stage.name)'"
      let isDone = Files.exists(Files.join(path, RunFolder.resultName))
      if isDone && product.map({ Files.exists($0.path) }) != false {
        context.report(.note("\(place): done already in \(path)"))
      } else {
        // A result without its product is worth nothing.
        if isDone { try DurableFolder(path).remove() }
        context.report(.note("\(place): \(type(of: recipe).name) in \(path)"))
        let outcome = try run(recipe, file)
        context.report(.lines(outcome.lines))
      }
      finished.append(Finished(name: stage.name, folder: path, product: product, trainedRows: recipe.trainedRows))
      values[stage.name] = product?.path
    } catch let stop as RunInterrupted {
      throw RunInterrupted("stage '\(stage.name)': \(stop); the next start of the night goes on there")
    } catch let error as RunError {
      throw RunError(error.kind, "stage '\(stage.name)': \(error)")
    } catch let error as any UserFacingError {
      throw RunError(error.kind, "stage '\(stage.name)': \(error)")
    } catch let failure as NotFinite {
      throw NotFinite(error: RunError(failure.error.kind, "stage '\(stage.name)': \(failure.error)"))
    }
  }

  private func run(_ recipe: any Recipe, _ file: RecipeFile) throws -> Outcome {
    do {
      return try recipe.run(
        in: RunContext(
          recipe: file.annotated, resume: true, report: context.report, isInterrupted: context.isInterrupted))
    } catch let error as RunError where error.kind == .internalError && recipe is any TrainingRecipe {
      throw NotFinite(error: error)
    }
  }

  /// The recipe of a stage, with values in the place of references, in a folder.
  private func read(_ stage: StageSection, in path: String) throws -> RecipeFile {
    let source = stage.source(in: path) { values[$0] }
    return try RecipeFile("the recipe of the stage", bytes: Array(SettingsFile.text(of: source).utf8))
  }

  /// The name of a stage's work: a digest of its settings and of the content of what it reads, of this version of hone.
  private func key(of stage: StageSection) throws -> String {
    let file = try read(stage, in: Files.join(folder, stage.name))
    let recipe = file.program.recipe
    let settings = SettingsFile.identity(of: Array(file.resolved.utf8), except: recipe.freeSettings) ?? file.resolved
    let inputs = try InputDigests(of: recipe.inputs).files.map { "\($0.sha256)  \($0.path)" }
    return Self.short(FileDigest.sha256(ofText: ([Hone.version, settings] + inputs).joined(separator: "\n")))
  }

  /// The part of a digest that stands in names.
  static func short(_ digest: String) -> String { String(digest.prefix(12)) }
}
