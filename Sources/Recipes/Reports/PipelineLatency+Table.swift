import Evaluation
import Words

extension PipelineLatency {
  /// The times as a table of a report.
  var table: ReportTable {
    func row(_ stage: String, _ candidates: String, _ times: Times) -> [String] {
      [stage, candidates] + [times.median, times.ninetieth].map { NumberText.fixed($0 * 1000, decimals: 1) }
    }
    return ReportTable(
      title: "Latency of one query",
      columns: [("stage", .left), ("candidates", .right), ("median ms", .right), ("90 % below, ms", .right)],
      rows: [row("search", "", search)]
        + reranking.map { row("reranking", NumberText.count($0.candidates), $0.times) },
      note:
        "\(NumberText.counted(queries, "query", plural: "queries")), one at a time, after a warm-up that does not count; "
        + "a query takes the search and one reranking.")
  }
}
