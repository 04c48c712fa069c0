import ArgumentParser
import Datasets
import Encoders
import Files
import Foundation
import Kernels
import Tokenizers

/// The candidates of one query, scored by a cross-encoder with the model loaded.
struct RerankBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rerank", abstract: "The candidates of one query, tokenized and scored, with the model loaded.",
    discussion: """
      Counts 2 × layer parameters × real tokens, plus attention, against the sgemm peak of the same run. Of all tokens but the first the \
      last layer computes keys and values only; both the operations done and those of all tokens are compared.
      """)

  private struct Pair: Decodable {
    let query: String
    let document: String
  }

  @OptionGroup var common: CommonOptions
  @OptionGroup var precisions: PrecisionOptions

  @Option(help: "A cross-encoder folder; any encoder gets a fresh classifier, which takes as long.")
  var model = "checkpoints/all-MiniLM-L6-v2"

  @Option(help: "Pairs to score, one {\"query\", \"document\"} a line; without it, 50 documents of about 65 words.")
  var pairs: String?

  @Option(help: "The collection whose documents are taken without --pairs.")
  var collection = "recipes/data/debian-programs"

  @Option(help: "The most tokens of a pair.")
  var maximumLength = 256

  func run() throws {
    try common.prepare()
    var model = try CrossEncoder(folder: model, labels: 1, headSeed: 17)
    model.maximumLength = maximumLength
    let pairs = try candidates()
    let lengths = try pairs.map { try model.tokenize(query: $0.query, document: $0.document).ids.count }
    let operations = model.transformer.configuration.forwardOperations(lengths: lengths, oneToken: true)
    let allTokens = model.transformer.configuration.forwardOperations(lengths: lengths, oneToken: false)
    // The peak before and after: the machine may change its speed meanwhile.
    let before = ProductPeak.measure()
    let models = precisions.precision.map { model.computing(in: $0) }
    let timings = try Timing.inTurn(rounds: max(common.rounds, 20), count: models.count) { index in
      _ = try models[index].score(pairs)
    }
    let peak = (before + ProductPeak.measure()) / 2
    let figures = precisions.figures { index in
      let timing = timings[index]
      return timing.milliseconds + [
        ("share of the sgemm peak", operations / timing.median / peak),
        ("share, as if all tokens were computed", allTokens / timing.median / peak),
      ]
    }
    try report(figures + [("tokens", Double(lengths.reduce(0, +)))], as: common.json)
  }

  private func candidates() throws -> [(query: String, document: String)] {
    if let pairs {
      return try Files.read(pairs).split(separator: UInt8(ascii: "\n")).map { line in
        let pair = try JSONDecoder().decode(Pair.self, from: Data(line))
        return (query: pair.query, document: pair.document)
      }
    }
    let documents = try Collection(folder: collection).corpus.documents.lazy.map(\.content).filter {
      (55...75).contains($0.split(whereSeparator: \.isWhitespace).count)
    }
    return documents.prefix(50).map { (query: CommonOptions.query, document: $0) }
  }
}
