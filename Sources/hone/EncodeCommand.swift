import ArgumentParser
import Recipes
import Tools

/// Encodes texts.
struct EncodeCommand: ParsableCommand {
  /// The side of a search that texts are on.
  enum Role: String, ExpressibleByArgument, CaseIterable {
    case query
    case document
  }

  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Turn texts into vectors, written for other software.",
    discussion: """
      EXAMPLES:
        hone encode --model runs/night/model --input corpus.jsonl --output corpus.safetensors
        hone encode --model runs/night/model --input queries.jsonl --output queries.npy --as query

      The input has a JSON object a line: _id, text and, if there is one, title. The output holds one vector per text in the
      order of the input, as the model gives them: in .safetensors the tensor "embeddings" [texts, dimensions] F32, in .npy
      the same matrix, both with the identifiers in OUTPUT.ids.txt, one a line; in .jsonl {"_id": …, "embedding": […]}.
      """
  )

  @Option(name: .long, help: "A model folder.")
  var model: String

  @Option(name: .long, help: "The texts: JSON lines with _id and text; - for standard input.")
  var input: String

  @Option(name: .long, help: "The file to write: .safetensors, .npy or .jsonl.")
  var output: String

  @Option(
    name: .customLong("as"),
    help: "The prompt the texts get: query or document; without it, that of the task's side, else document.")
  var role: Role?

  @Option(
    name: .long,
    help: "The task whose adapter is merged into the model, where it has any; retrieval is that of the side --as.")
  var task: String?

  @Option(name: .long, help: "A folder that keeps vectors for the next time; only new texts are then encoded.")
  var cache: String?

  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var results: ResultOptions

  func run() throws {
    try threads.apply()
    let display = ProgressDisplay(quiet: results.quiet)
    defer { display.finish() }
    let encode = EncodingTool(
      model: model, input: input, output: output, isQuery: role.map { $0 == .query }, task: task, cache: cache,
      precision: precision.precision
    ) { display.show($0) }
    let outcome = try encode()
    display.finish()
    try Console.printUnlessQuiet(outcome, results)
  }
}
