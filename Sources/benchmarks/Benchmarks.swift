import ArgumentParser
import Foundation
import Kernels

/// Times the engine against the `sgemm` peak it measures in the same run, and what users wait for.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmarks",
    abstract: "Times kernels, training steps, queries, reranking, search and the tokenizer on this machine.",
    subcommands: [
      KernelBenchmark.self, AttentionBenchmark.self, StepBenchmark.self, QueryBenchmark.self, RerankBenchmark.self,
      SearchBenchmark.self,
      TokenizerBenchmark.self,
    ])
}

/// Options of every benchmark.
struct CommonOptions: ParsableArguments {
  /// The default query.
  static let query = "find out which program keeps a file open on my disk"

  @Option(help: "Threads of the engine; 0 for one a core.")
  var threads = 0

  @Option(help: "How often each thing is timed.")
  var rounds = 7

  @Flag(help: "Print one JSON object instead of a table.")
  var json = false

  func prepare() throws {
    try Processor.check()
    Threads.configure(count: threads)
  }
}

/// The seconds that a piece of work takes, measured several times.
struct Timing {
  let seconds: [Double]

  /// Runs the work once to warm up, then `rounds` times.
  init(rounds: Int, _ work: () throws -> Void) rethrows {
    try work()
    let clock = ContinuousClock()
    seconds = try (0..<max(1, rounds)).map { _ in try clock.measure(work).inSeconds }.sorted()
  }

  var median: Double { seconds[seconds.count / 2] }
  var least: Double { seconds[0] }
}

extension Double {
  /// The number with a fixed number of decimals.
  func digits(_ count: Int) -> String { String(format: "%.\(count)f", self) }
}

/// Prints figures as a table or as one JSON object.
func report(_ figures: [(name: String, value: Double)], as json: Bool) throws {
  if json {
    let object = Dictionary(uniqueKeysWithValues: figures.map { ($0.name, $0.value) })
    let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    print(String(decoding: data, as: UTF8.self))
  } else {
    for (name, value) in figures { print(name.padding(toLength: 44, withPad: " ", startingAt: 0), value.digits(3)) }
  }
}
