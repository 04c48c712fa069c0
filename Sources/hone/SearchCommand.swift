import ArgumentParser
import Recipes
import Tools

/// Searches a corpus.
struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Search a corpus with a bi-encoder, exactly.",
    discussion: """
      EXAMPLES:
        hone search --model checkpoints/all-MiniLM-L6-v2 --corpus corpus.jsonl --query "edit pictures" --top 5
        hone search --model runs/night/model --corpus corpus.jsonl --queries queries.jsonl --output night.run

      With --query the titles found are printed for a person. With --queries a run file in TREC form is written, for hone
      evaluate. Scores are cosines, or inner products where the model asks for them (similarity_fn_name); documents of one score
      are ordered by identifier, the larger first.
      """
  )

  @Option(name: .long, help: "A model folder.")
  var model: String

  @Option(name: .long, help: "The documents: JSON lines with _id, title and text.")
  var corpus: String

  @Option(name: .long, help: "The queries: JSON lines with _id and text.")
  var queries: String?

  @Option(name: .long, help: "A query in words; may be repeated.")
  var query: [String] = []

  @Option(name: .long, help: "How many documents per query.")
  var top: Int?

  @Option(name: .long, help: "The run file to write for --queries.")
  var output: String?

  @Option(
    name: .long,
    help: "The task whose adapter is merged into the model, where it has any; retrieval gives each side its own.")
  var task: String?

  @Option(
    name: .long, help: "A folder that keeps the documents' vectors for the next time; only new ones are then encoded.")
  var cache: String?

  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var results: ResultOptions

  func validate() throws {
    if let top, !(1...1_000_000).contains(top) {
      throw ValidationError("--top \(top): a number from 1 to 1000000 is needed")
    }
    if (queries == nil) == query.isEmpty {
      throw ValidationError("give either --queries with a file or --query with words")
    }
    if (queries == nil) != (output == nil) { throw ValidationError("--queries and --output belong together") }
  }

  func run() throws {
    try threads.apply()
    let display = ProgressDisplay(quiet: results.quiet)
    defer { display.finish() }
    let search = SearchTool(
      model: model, corpus: corpus, top: top ?? (queries == nil ? 10 : 100), task: task, cache: cache,
      precision: precision.precision
    ) { display.show($0) }
    if let queries, let output {
      let outcome = try search.search(queries: queries, output: output)
      display.finish()
      try Console.printUnlessQuiet(outcome, results)
    } else {
      let outcome = try search.search(for: query)
      display.finish()
      try Console.print(outcome, asJSON: results.json)
    }
  }
}
