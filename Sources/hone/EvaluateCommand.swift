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

  @Flag(name: .long, help: "Leave out judged queries that the run lacks, instead of counting them as 0.")
  var answeredOnly = false

  @OptionGroup var results: ResultOptions

  func run() throws {
    let evaluate = EvaluationTool(
      judgments: qrels, run: measured, baseline: baseline, measures: measures, perQuery: perQuery,
      answeredOnly: answeredOnly)
    try Console.print(evaluate(), asJSON: results.json)
  }
}
