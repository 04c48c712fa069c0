import ArgumentParser
import Recipes
import Tools

/// Evaluates a run file.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a run file against judgments, and compare two runs.",
    discussion: """
      EXAMPLES:
        hone evaluate --qrels qrels/test.tsv --run tuned.run
        hone evaluate --qrels qrels/test.tsv --run tuned.run --baseline base.run --measures nDCG@10,MAP,recall@100
        hone evaluate --qrels qrels/test.tsv --run tuned.run --per-query --json

      Measures equal those of trec_eval to the last bit, in our names or its own: nDCG@10 or ndcg_cut_10, MAP, recall@100,
      P@10, MRR, MRR@10, success@1, Rprec. With --baseline the difference is tested: a paired randomization test over
      queries; the verdict is IMPROVED, NO DIFFERENCE or WORSE at p < 0.05.

      The table of coverage says how many of the judged queries each run has, how many of its queries are not judged, and
      how many of the judged documents are in its lists. A run that has no query or no document in common with the
      judgments is an error, and so is a baseline that answers other judged queries than the run, unless
      --missing-as-zero or --answered-only says what becomes of the others.
      """
  )

  @Option(name: .long, help: "The judgments: a BEIR or TREC qrels file.")
  var qrels: String

  @Option(name: .customLong("run"), help: "The run file to measure, in TREC form.")
  var measured: String

  @Option(name: .long, help: "A run file to compare with.")
  var baseline: String?

  @Option(name: .long, help: "Measures separated by commas.")
  var measures = "nDCG@10,recall@100"

  @Flag(name: .long, help: "Print the values of every query too.")
  var perQuery = false

  @Flag(
    name: .long, help: "Leave out judged queries that the run, or the baseline, lacks, instead of counting them as 0.")
  var answeredOnly = false

  @Flag(
    name: .long, help: "Take a baseline that answers other queries than the run; what one of them lacks counts as 0.")
  var missingAsZero = false

  @OptionGroup var results: ResultOptions

  func validate() throws {
    if answeredOnly, missingAsZero {
      throw ValidationError("--answered-only and --missing-as-zero contradict each other; give one of them")
    }
  }

  func run() throws {
    let display = ProgressDisplay(quiet: results.quiet)
    defer { display.finish() }
    let evaluate = EvaluationTool(
      judgments: qrels, run: measured, baseline: baseline, measures: measures, perQuery: perQuery,
      missing: answeredOnly ? .leftOut : missingAsZero ? .zero : .refusedInComparisons
    ) { display.show($0) }
    try Console.print(evaluate(), asJSON: results.json)
  }
}
