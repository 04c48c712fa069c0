import ArgumentParser
import Files
import Foundation
import Trials

/// Runs random trials in processes of their own, so that a trap or a hang of one is counted and the rest go on.
struct InputsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inputs",
    abstract: "Run recipes on inputs with one small change each, and say where hone traps, hangs or is wrong.",
    discussion: "The seed of a trial says all about it: repeat one with --first SEED --trials 1.")

  @Option(help: "The number of trials.")
  var trials = 1000

  @Option(help: "The seed of the first trial.")
  var first: UInt64 = 1

  @Option(help: "The number of processes.")
  var processes = 2

  @Option(help: "The seconds after which a trial counts as hanging.")
  var seconds = 60.0

  @Option(help: "The folder with bert-tiny and cross-encoder-tiny.")
  var goldens = "Tests/Goldens"

  @Flag(help: .hidden)
  var child = false

  func validate() throws {
    guard trials >= 1, processes >= 1 else { throw ValidationError("--trials and --processes must be at least 1") }
  }

  func run() throws {
    if child { return try Worker(goldens: goldens).run(first..<first + UInt64(trials)) }
    let end = first + UInt64(trials)
    let share = (UInt64(trials) + UInt64(processes) - 1) / UInt64(processes)
    let parts = (0..<UInt64(processes)).map { number in
      min(end, first + number * share)..<min(end, first + (number + 1) * share)
    }
    let results = Results()
    DispatchQueue.concurrentPerform(iterations: parts.count) { number in
      Supervisor(results: results, goldens: goldens, seconds: seconds).run(parts[number])
    }
    let (faults, codes) = results.all
    for (code, count) in codes.sorted(by: { $0.key < $1.key }) { print("ended with \(code): \(count) trials") }
    print("\(trials) trials, \(faults) with a fault")
    if faults > 0 { throw ExitCode(1) }
  }
}
