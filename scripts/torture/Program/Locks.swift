import ArgumentParser
import Files
import Foundation
import Trials

/// Starts two programs at the same time in one place: one works, the other gives up at once.
struct LocksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "locks",
    abstract: "Start two runs of one folder, and two promotions of one model: one works, the other ends with 75.",
    discussion: "Half of the pairs of runs find the folder of a run that was killed.")

  @Option(help: "The number of pairs of each kind.")
  var trials = 1000

  @Option(help: "The seconds within which the second program must have given up; more where other work goes on.")
  var patience = 1.0

  @OptionGroup var options: HoneOptions

  func run() throws {
    let place = try Workplace(options)
    let disk = try BadDisk(source: options.disk, scratch: place.scratch)
    let folder = place.file("locks")
    try Task.short(goldens: options.goldens).write(to: folder)
    let whole = try place.run(["run", "recipe.yaml", "--quiet", "--threads", "1"], in: folder)
    guard whole.status == 0 else { throw ValidationError("the recipe does not run: \(whole.messages)") }
    var slowest = 0.0
    for number in 0..<trials {
      slowest = max(slowest, try pairOfRuns(number, in: folder, place))
      slowest = max(slowest, try pairOfPromotions(number, in: folder, place, disk))
    }
    let time = String(format: "%.2f", slowest)
    try place.end("\(trials) pairs of runs and as many of promotions, the slowest refusal after \(time) s")
  }

  /// Two runs of one folder that would go on for long; the one that works is killed.
  private func pairOfRuns(_ number: Int, in folder: String, _ place: Workplace) throws -> Double {
    let output = Files.join(folder, "both")
    if number % 2 == 0 { try Files.remove(output) }
    let arguments = [
      "run", "recipe.yaml", "--quiet", "--threads", "1", "--resume", "--set", "output.folder=both", "--set",
      "schedule.steps=1000000", "--set", "evaluate=null", "--set", "output.weights=null", "--set", "checkpoint=null",
    ]
    let runs = try ["first", "second"].map { try place.start(arguments, in: folder, name: $0) }
    let deadline = ContinuousClock.now.advanced(by: .seconds(30))
    func goesOn() -> Bool { ContinuousClock.now < deadline }
    while runs.allSatisfy(\.isRunning) && goesOn() { usleep(500) }
    let log = Files.join(output, "log.jsonl")
    let before = (try? Files.size(log)) ?? 0
    // The one that works takes steps.
    while runs.contains(where: \.isRunning) && ((try? Files.size(log)) ?? 0) <= before && goesOn() { usleep(500) }
    let working = runs.filter(\.isRunning)
    working.forEach { $0.kill() }
    let endings = try runs.map { try $0.wait() }
    guard working.count == 1, let refused = endings.first(where: { !$0.wasKilled }), goesOn() else {
      place.complain("runs \(number): \(working.count) work; \(endings.map(\.messages))")
      return 0
    }
    return check(refused, "runs \(number)", place)
  }

  /// Two promotions on a disk that is slow, so that they meet.
  private func pairOfPromotions(_ number: Int, in folder: String, _ place: Workplace, _ disk: BadDisk) throws -> Double
  {
    let environment = disk.environment(.slow, at: 5)
    let promotions = try ["first", "second"].map {
      try place.start(["models", "shop", "promote", "--run", "run"], in: folder, on: environment, name: $0)
    }
    let endings = try promotions.map { try $0.wait() }
    if number % 20 == 19 { _ = try place.run(["models", "shop", "prune", "--keep", "2"], in: folder) }
    guard endings.count(where: { $0.status == 0 }) == 1, let refused = endings.first(where: { $0.status != 0 }) else {
      place.complain("promotions \(number): \(endings.map { "\($0.status) \($0.messages)" })")
      return 0
    }
    return check(refused, "promotions \(number)", place)
  }

  /// Checks the end of the program that came second; its seconds.
  private func check(_ refused: HoneProcess.Ending, _ name: String, _ place: Workplace) -> Double {
    if refused.status != 75 || refused.errors.count != 1 {
      place.complain("\(name): the second ends with \(refused.status): \(refused.messages)")
    }
    if refused.seconds > patience { place.complain("\(name): the second gave up after \(refused.seconds) s") }
    return refused.seconds
  }
}
