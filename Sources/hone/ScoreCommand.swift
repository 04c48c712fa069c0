import ArgumentParser
import Recipes
import Tools

/// Scores pairs of texts.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score pairs of a query and a document with a cross-encoder, as JSON lines.",
    discussion: """
      EXAMPLES:
        echo '{"query": "edit pictures", "document": "GIMP is an image editor."}' | hone score --model runs/reranker/model
        hone score --model runs/reranker/model --input pairs.jsonl > scores.jsonl
        hone score --model runs/calibration/model --input pairs.jsonl --calibrated

      The input has a JSON object a line: query and document. Every line gives {"score": …} in the order of the input, or
      {"scores": […]} where the model has several labels. Scores are raw logits: larger means a better fit, whatever
      activation the model's configuration names. With --calibrated a line is {"score": …, "probability": …}: how likely the
      document is relevant, by the calibration.json in the copy of a model that the recipe calibrate makes.
      """
  )

  @Option(name: .long, help: "The folder of a cross-encoder.")
  var model: String

  @Option(name: .long, help: "The pairs: JSON lines with query and document; - for standard input.")
  var input = "-"

  @Flag(name: .long, help: "Give the probability of relevance too; rank by the score all the same.")
  var calibrated = false

  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var results: ResultOptions

  func run() throws {
    try threads.apply()
    let display = ProgressDisplay(quiet: results.quiet)
    defer { display.finish() }
    let score = ScoringTool(
      model: model, input: input, calibrated: calibrated, precision: precision.precision
    ) { display.show($0) }
    let lines = try score()
    display.finish()
    for line in lines { try Console.print(line) }
  }
}
