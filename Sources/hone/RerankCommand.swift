import ArgumentParser
import Recipes
import Tools

/// Reranks a run.
struct RerankCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rerank",
    abstract: "Rerank the best documents of a run with a cross-encoder.",
    discussion: """
      EXAMPLES:
        hone rerank --model runs/reranker/model --corpus corpus.jsonl --queries queries.jsonl --run night.run \\
          --output reranked.run
        hone rerank --model runs/reranker/model --corpus corpus.jsonl --queries queries.jsonl --run night.run --top 30 \\
          --output reranked.run --json

      Reads each query together with each of its best documents and orders these by the model's raw logits. Documents below
      the top keep their order behind them. The result is a run file in TREC form, for hone evaluate.
      """
  )

  @Option(name: .long, help: "The folder of a cross-encoder with one label.")
  var model: String

  @Option(name: .long, help: "The documents: JSON lines with _id, title and text.")
  var corpus: String

  @Option(name: .long, help: "The queries: JSON lines with _id and text.")
  var queries: String

  @Option(name: .customLong("run"), help: "The run file to rerank, in TREC form.")
  var first: String

  @Option(name: .long, help: "How many documents per query are reranked.")
  var top = 100

  @Option(name: .long, help: "The run file to write.")
  var output: String

  @OptionGroup var precision: PrecisionOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var results: ResultOptions

  func validate() throws {
    if !(1...1_000_000).contains(top) {
      throw ValidationError("--top \(top): a number from 1 to 1000000 is needed")
    }
  }

  func run() throws {
    try threads.apply()
    let display = ProgressDisplay(quiet: results.quiet)
    defer { display.finish() }
    let rerank = RerankingTool(
      model: model, corpus: corpus, queries: queries, run: first, top: top, output: output,
      precision: precision.precision
    ) { display.show($0) }
    let outcome = try rerank()
    display.finish()
    try Console.printUnlessQuiet(outcome, results)
  }
}
