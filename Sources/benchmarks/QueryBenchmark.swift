import ArgumentParser
import Encoders
import Kernels

/// One query with the model loaded.
struct QueryBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "One query, tokenized and encoded, with the model loaded.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var precisions: PrecisionOptions

  @Option(help: "A model folder.")
  var model = "checkpoints/all-MiniLM-L6-v2"

  @Option(help: "The query.")
  var query = CommonOptions.query

  func run() throws {
    try common.prepare()
    let model = try BiEncoder(folder: model)
    let models = precisions.precision.map { model.computing(in: $0) }
    let timings = try Timing.inTurn(rounds: max(common.rounds, 200), count: models.count) { index in
      _ = try models[index].encode([query], as: .query)
    }
    try report(precisions.figures { timings[$0].milliseconds }, as: common.json)
  }
}
