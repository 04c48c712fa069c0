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
      SearchBenchmark.self, TokenizerBenchmark.self,
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
  /// By the clock, in ascending order.
  private(set) var seconds: [Double] = []
  /// Of the processor, all threads together, in ascending order: it repeats where other programs share the machine.
  private(set) var processorSeconds: [Double] = []

  /// Runs the work once to warm up, then `rounds` times.
  init(rounds: Int, _ work: () throws -> Void) rethrows {
    self = try Self.inTurn(rounds: rounds, count: 1) { _ in try work() }[0]
  }

  private init() {}

  /// Runs each of several works once to warm up, then all in turn, `rounds` times.
  static func inTurn(rounds: Int, count: Int, _ work: (_ index: Int) throws -> Void) rethrows -> [Timing] {
    var timings = [Timing](repeating: Timing(), count: count)
    for round in 0...max(1, rounds) {
      for index in 0..<count {
        let processor = processorTime()
        let seconds = try ContinuousClock().measure { try work(index) }.inSeconds
        if round == 0 { continue }
        timings[index].seconds.append(seconds)
        timings[index].processorSeconds.append(processorTime() - processor)
      }
    }
    for index in 0..<count {
      timings[index].seconds.sort()
      timings[index].processorSeconds.sort()
    }
    return timings
  }

  /// The seconds of the processor that this process has taken, all threads together.
  static func processorTime() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  var median: Double { seconds[seconds.count / 2] }
  var least: Double { seconds[0] }
  var medianProcessorTime: Double { processorSeconds[processorSeconds.count / 2] }

  /// The figures of work that takes milliseconds.
  var milliseconds: [(name: String, value: Double)] {
    [
      ("median milliseconds", median * 1e3), ("least milliseconds", least * 1e3),
      ("median milliseconds of the processor", medianProcessorTime * 1e3),
    ]
  }
}

/// The precisions that a benchmark times in turn.
struct PrecisionOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption, help: "Precisions of the layers' products (float32, bfloat16, int8), timed in turn.",
    transform: Self.precision)
  var precision: [Precision] = [.float32]

  private static func precision(_ name: String) throws -> Precision {
    guard let precision = Precision(rawValue: name) else {
      throw ValidationError("expected \(Precision.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return precision
  }

  /// The figures of each precision, named after it if there are several.
  func figures(_ figures: (_ index: Int) -> [(name: String, value: Double)]) -> [(name: String, value: Double)] {
    precision.indices.flatMap { index in
      figures(index).map { (precision.count == 1 ? $0.name : "\(precision[index].rawValue): \($0.name)", $0.value) }
    }
  }
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
