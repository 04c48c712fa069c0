import ArgumentParser
import Encoders
import Kernels

/// One query with the model loaded.
struct QueryBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "One query, tokenized and encoded, with the model loaded.")

  @OptionGroup var common: CommonOptions

  @Option(help: "A model folder.")
  var model = "checkpoints/all-MiniLM-L6-v2"

  @Option(help: "The query.")
  var query = CommonOptions.query

  func run() throws {
    try common.prepare()
    let model = try BiEncoder(folder: model)
    let timing = try Timing(rounds: max(common.rounds, 200)) { _ = try model.encode([query], as: .query) }
    try report(
      [("median milliseconds", timing.median * 1e3), ("least milliseconds", timing.least * 1e3)], as: common.json)
  }
}
