import ArgumentParser
import Files
import Foundation
import Trials

/// Kills runs at random moments until they end, and compares what they leave with an uninterrupted run.
///
/// Every other kill is at a random change of the disk instead of a random moment, since saving takes little of the time.
struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Kill training runs at random moments, resume them, and compare every file with an uninterrupted run's.")

  @Option(help: "The number of kills.")
  var trials = 200

  @Option(help: "Kill the run of this recipe instead, whose paths are whole ones; several runs of it with --trials.")
  var recipe: String?

  @OptionGroup var options: HoneOptions

  func run() throws {
    let place = try Workplace(options)
    let disk = try BadDisk(source: options.disk, scratch: place.scratch)
    var subjects: [Subject] = []
    if let recipe {
      subjects.append(
        try Subject(name: Files.name(of: recipe), place) { folder in
          try Files.copy(recipe, to: Files.join(folder, "recipe.yaml"))
        })
    } else {
      for task in try Task.resumable(goldens: options.goldens) {
        subjects.append(try Subject(name: task.name, place) { try task.write(to: $0) })
      }
    }
    for index in subjects.indices { try subjects[index].measure(place, disk) }
    var random = RandomNumbers(seed: options.seed)
    var moments: [String: Int] = [:]
    var (kills, runs) = (0, 0)
    while kills < trials {
      let subject = subjects[runs % subjects.count]
      let found = try subject.trial(place, disk, &random)
      runs += 1
      kills += found.reduce(0) { $0 + $1.value }
      moments.merge(found) { $0 + $1 }
    }
    for (moment, count) in moments.sorted(by: { $0.key < $1.key }) { place.say("killed while \(moment): \(count)") }
    try place.end("\(kills) kills of \(runs) runs")
  }
}

/// A recipe whose runs are killed.
private struct Subject {
  let name: String
  private let write: (_ folder: String) throws -> Void
  private let expected: RunContent
  private let seconds: Double
  /// The changes of the disk that an uninterrupted run makes.
  private var changes = 0

  private static let arguments = ["run", "recipe.yaml", "--quiet", "--threads", "1", "--resume"]

  /// Runs the recipe twice without an interruption; two such runs must leave the same.
  init(name: String, _ place: Workplace, write: @escaping (_ folder: String) throws -> Void) throws {
    (self.name, self.write) = (name, write)
    var contents: [RunContent] = []
    var seconds = 0.0
    for _ in 0..<2 {
      let folder = try Self.make(place, write)
      let ending = try place.run(Self.arguments, in: folder)
      guard ending.status == 0 else { throw ValidationError("\(name) does not run: \(ending.messages)") }
      contents.append(try RunContent(of: Files.join(folder, "run")))
      seconds = ending.seconds
      try Files.remove(folder)
    }
    let differences = contents[0].differences(from: contents[1])
    guard differences.isEmpty else { throw ValidationError("\(name): two runs differ in \(differences)") }
    let needed = ["log.jsonl", "result.json", "model/model.safetensors"]
    guard needed.allSatisfy(contents[0].paths.contains),
      contents[0].paths.contains(where: { $0.hasSuffix("/optimizer.safetensors") })
    else { throw ValidationError("\(name) leaves no checkpoint or no model; there is nothing to compare") }
    (expected, self.seconds) = (contents[0], seconds)
  }

  /// Counts the changes of the disk that a run makes.
  mutating func measure(_ place: Workplace, _ disk: BadDisk) throws {
    let folder = try Self.make(place, write)
    defer { try? Files.remove(folder) }
    // A kill at no change counts the changes.
    _ = try place.run(Self.arguments, in: folder, on: disk.environment(.kill))
    guard let count = disk.count, count > 0 else { throw ValidationError("\(name): no change of the disk is seen") }
    changes = count
  }

  /// Kills one run until it ends, and compares.
  ///
  /// - Returns: The number of kills by what the run was doing.
  func trial(_ place: Workplace, _ disk: BadDisk, _ random: inout RandomNumbers) throws -> [String: Int] {
    let folder = try Self.make(place, write)
    let run = Files.join(folder, "run")
    var kills: [String: Int] = [:]
    while true {
      let ending: HoneProcess.Ending
      if Bool.random(using: &random) {
        let change = Int.random(in: 1...changes, using: &random)
        ending = try place.run(Self.arguments, in: folder, on: disk.environment(.kill, at: change))
      } else {
        let delay = Double.random(in: 0...seconds, using: &random)
        let process = try place.start(Self.arguments, in: folder)
        let end = ContinuousClock.now.advanced(by: .seconds(delay))
        while process.isRunning && ContinuousClock.now < end { usleep(500) }
        process.kill()
        ending = try process.wait()
      }
      if ending.wasKilled {
        kills[Self.moment(of: run), default: 0] += 1
        guard kills.values.reduce(0, +) < 1000 else { break }
        continue
      }
      guard ending.status == 0 else {
        place.complain("\(name), after \(kills) kills in \(folder): ends with \(ending.status): \(ending.messages)")
        return kills
      }
      break
    }
    let differences = expected.differences(from: try RunContent(of: run))
    guard differences.isEmpty else {
      place.complain("\(name), after \(kills) kills: \(differences.joined(separator: ", ")) differ; \(folder) has them")
      return kills
    }
    try Files.remove(folder)
    return kills
  }

  /// What a run was doing when it was killed, by what it left.
  private static func moment(of run: String) -> String {
    let names = (try? Files.list(run)) ?? []
    if names.contains(where: { $0.hasPrefix(".tmp-checkpoint") || $0.hasPrefix(".trash-checkpoint") }) {
      return "saving"
    }
    if names.contains(where: { $0.hasPrefix(".tmp-model") || $0.hasPrefix(".tmp-adapter") }) || names.contains("model")
    {
      return "exporting or reporting"
    }
    if names.contains(where: { $0.hasPrefix("tuned.") }) { return "exporting or reporting" }
    guard names.contains("log.jsonl") else { return "reading or evaluating the base" }
    return "training, mining or evaluating"
  }

  private static func make(_ place: Workplace, _ write: (_ folder: String) throws -> Void) throws -> String {
    let folder = place.file("trial-\(UUID().uuidString.prefix(8))")
    try Files.makeFolder(folder)
    try write(folder)
    return folder
  }
}
