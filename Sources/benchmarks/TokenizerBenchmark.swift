import ArgumentParser
import Datasets
import Kernels
import Tokenizers

/// Texts per second on one core.
struct TokenizerBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer", abstract: "Texts a second on one core, and the time to load the tokenizer.")

  @OptionGroup var common: CommonOptions

  @Option(help: "A model folder.")
  var model = "checkpoints/all-MiniLM-L6-v2"

  @Option(help: "A corpus.jsonl.")
  var corpus = "recipes/data/debian-programs/corpus.jsonl"

  func run() throws {
    try common.prepare()
    let texts = try Corpus(file: corpus).documents.map(\.content)
    let tokenizer = try Tokenizer(folder: model)
    let loading = try Timing(rounds: common.rounds) { _ = try Tokenizer(folder: model) }
    let encoding = try Timing(rounds: common.rounds) {
      for text in texts { _ = try tokenizer.encode(text, maximumLength: 256) }
    }
    try report(
      [
        ("texts a second", Double(texts.count) / encoding.median),
        ("megabytes a second", Double(texts.reduce(0) { $0 + $1.utf8.count }) / encoding.median / 1e6),
        ("milliseconds to load", loading.median * 1e3),
      ], as: common.json)
  }
}
