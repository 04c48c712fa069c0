import Datasets
import Encoders
import Files
import JSONText
import Kernels
package import Runs
import Words

/// `hone init`: makes a project folder from files as people have them.
package struct InitTool {
  package var files: [String]
  /// The folder of the project; without it, one named after the first file.
  package var into: String?
  /// A file with the documents, where the rows name them by identifier, or where there are others than those of the rows.
  package var corpus: String?
  package var columns: ColumnWishes
  package var model: BaseModel
  package var seed: UInt64
  package var report: (RunEvent) -> Void
  /// Fetches the model, if it is absent, once the files have been read; nil to go on without it.
  package var fetch: ((BaseModel) throws -> Void)?

  package init(
    files: [String], into: String?, corpus: String?, columns: ColumnWishes, model: BaseModel, seed: UInt64,
    report: @escaping (RunEvent) -> Void, fetch: ((BaseModel) throws -> Void)? = nil
  ) {
    self.files = files
    self.into = into
    self.corpus = corpus
    self.columns = columns
    self.model = model
    self.seed = seed
    self.report = report
    self.fetch = fetch
  }

  /// A project that was made.
  package struct Project {
    /// The recipe that adapts the model.
    package let recipe: String
    /// The command that runs it, as a line of a shell.
    package let next: String
    /// The time that it will take.
    package let time: String
    /// The lines about the files and the project.
    package let lines: [String]
    fileprivate let result: JSONValue

    /// The outcome for a user who runs the recipe later.
    package var outcome: Outcome { Outcome(result, lines: lines + ["", "next: \(next)", "      \(time)"]) }
  }

  package func callAsFunction() throws -> Project {
    let folder = try ProjectFolder(into, named: files.first ?? "")
    var reader = try MaterialReader(columns, corpus: corpus)
    for file in files { try reader.read(file) }
    let names = files.map { Files.name(of: $0).shortened }.joined(separator: ", ")
    let (material, split) = try Self.named(names) {
      let material = try reader.finish()
      return (material, try QuerySplit(material, seed: seed))
    }
    if !model.isPresent, let fetch { try fetch(model) }
    let encoder = try model.load()
    let facts = try ProjectFacts(material, split, model: encoder)
    let speed =
      try encoder.map { try MachineSpeed(of: $0, facts.samplePairs, maximumLength: facts.plan.maximumLength) }
      ?? MachineSpeed(peak: ProductPeak.measure(size: 768, rounds: 3))
    let seconds = TimeEstimate(of: facts.work, facts.plan, speed).seconds
    let time = Self.rounded(seconds)
    let recipe = Files.join(folder.path, "adapt.yaml")
    let threads = NumberText.counted(Threads.count, "thread")
    let texts = RecipeTexts(
      folder: folder.path, model: model.folder, pooling: encoder?.pooling.name ?? "mean", seed: seed, plan: facts.plan,
      origin: "\(names): \(facts.size).", lengths: facts.cutting,
      time: "Made by hone init. About \(time) on \(threads) of the machine that made it.",
      devQueries: split.count(of: .dev))
    reader.warnings.forEach { report(.warning($0)) }
    var recipes = [(name: "adapt.yaml", text: texts.adapt)]
    if facts.plan.trainsReranker { recipes += [("mine.yaml", texts.mine), ("rerank.yaml", texts.rerank)] }
    let summary = facts.splitSummary(seed: seed)
    try folder.write(material, split, summary: summary, recipes: recipes)
    let origin =
      model.isPresent
      ? "measured with \(model.folder)"
      : "by the speed of matrix products; first bring the model: hone fetch \(model.hubName ?? model.folder)"
    let lines =
      reader.lines + facts.lines + [
        "project     \(folder.path): collection/, split.json, \(recipes.map(\.name).joined(separator: ", "))"
      ]
    let result: JSONValue = [
      "folder": JSONValue(folder.path), "recipe": JSONValue(recipe), "model": JSONValue(model.folder),
      "estimatedSeconds": JSONValue((seconds * 10).rounded() / 10), "found": facts.census,
      "split": summary, "warnings": .array(reader.warnings.map { JSONValue($0) }),
    ]
    return Project(
      recipe: recipe, next: "hone run \(RecipeTexts.shell(recipe))",
      time: "about \(time) on this machine (\(origin))", lines: lines, result: result)
  }

  /// Runs a step; what is wrong with the files as a whole is told with their names.
  private static func named<Result>(_ names: String, _ step: () throws -> Result) throws -> Result {
    do {
      return try step()
    } catch let error as ProjectError {
      throw ProjectError(error.kind, "\(names): \(error.description)")
    }
  }

  /// A time in steps that an estimate deserves: of 5 seconds below two minutes, else of 10, and of a minute above half an hour.
  private static func rounded(_ seconds: Double) -> String {
    let step = seconds < 120 ? 5.0 : seconds < 1800 ? 10 : 60
    let whole = max(step, (seconds / step).rounded() * step)
    return whole < 60 ? "\(Int(whole)) s" : NumberText.seconds(whole)
  }
}
