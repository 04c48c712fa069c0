import ArgumentParser
import Files
import Foundation
import JSONText

/// Measures what checkpoints cost: the same run with and without them, in turns.
struct CostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost",
    abstract: "Measure the time of a checkpoint beside that of a hundred steps.",
    discussion: """
      Let nothing else run. The time of a run outside its steps, with checkpoints less without, is that of the saves.
      """)

  @Argument(help: "A recipe that trains a model of the usual size, without 'evaluate'; its paths are whole ones.")
  var recipe: String

  @Option(help: "The number of pairs of runs.")
  var trials = 2

  @Option(help: "The steps of a run.")
  var steps = 20

  @Option(help: "The steps between two checkpoints.")
  var every = 4

  @OptionGroup var options: HoneOptions

  func validate() throws {
    guard trials >= 1, every >= 1, steps > every else { throw ValidationError("--steps must be more than --every") }
  }

  func run() throws {
    let place = try Workplace(options)
    // None is saved after the last step.
    let saves = (steps - 1) / every
    var costs: [Double] = []
    var hundreds: [Double] = []
    for trial in 0..<trials {
      let without = try measure(every: steps, place)
      let with = try measure(every: every, place)
      costs.append((with.rest - without.rest) / Double(saves))
      hundreds.append(100 * (with.training + without.training) / Double(2 * steps))
      place.say(
        String(
          format: "pair %d: outside the steps %.2f s with %d saves, %.2f s without; %.2f s and %.2f s in the steps",
          trial + 1, with.rest, saves, without.rest, with.training, without.training))
    }
    let (cost, hundred) = (costs.reduce(0, +) / Double(trials), hundreds.reduce(0, +) / Double(trials))
    place.say(
      String(
        format: "a checkpoint takes %.2f s, a hundred steps %.1f s: %.2f %%", cost, hundred, 100 * cost / hundred))
    try place.end("\(trials) pairs")
  }

  /// The seconds of a run in its steps, and outside them.
  private func measure(every: Int, _ place: Workplace) throws -> (training: Double, rest: Double) {
    let folder = place.file("cost")
    try Files.remove(folder)
    try Files.makeFolder(folder)
    let ending = try place.run(
      [
        "run", recipe, "--quiet", "--set", "output.folder=run", "--set",
        "schedule={name: linear, warmup: 0.1, steps: \(steps)}", "--set", "checkpoint={every: \(every), keep: 2}",
      ], in: folder)
    guard ending.status == 0,
      let result = try JSONReader.parse(Files.read(Files.join(folder, "run/result.json"))).objectValue,
      let training = result["trainingSeconds"]?.doubleValue, let seconds = result["seconds"]?.doubleValue
    else { throw ValidationError("\(recipe) does not run: \(ending.messages)") }
    return (training, seconds - training)
  }
}
