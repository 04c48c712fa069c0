import ArgumentParser
import Files
import Foundation
import Synchronization
import Trials

/// Reads the champion over and over while programs promote new ones and are killed at random.
struct ReadersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "readers",
    abstract: "Load the champion while promotions go on and are killed at random; no load may fail or mix versions.")

  @Option(help: "The number of loads.")
  var loads = 100_000

  @Option(help: "The number of promotions, of which every other one is killed.")
  var promotions = 1000

  @OptionGroup var options: HoneOptions

  func run() throws {
    let place = try Workplace(options)
    let disk = try BadDisk(source: options.disk, scratch: place.scratch)
    let folder = place.file("readers")
    let shop = Files.join(folder, "models/shop")
    for number in 0..<2 { try makeRun(number, in: folder) }
    func promote(_ number: Int, on disk: [String: String] = [:]) throws -> HoneProcess.Ending {
      try place.run(["models", "shop", "promote", "--run", "run-\(number % 2)"], in: folder, on: disk)
    }
    guard try promote(0).status == 0, try promote(1, on: disk.environment(.kill)).status == 0, let changes = disk.count
    else { throw ValidationError("nothing can be promoted") }

    let state = Mutex(Loads())
    let readers = DispatchGroup()
    DispatchQueue.global().async(group: readers) { [loads, promotions] in
      // Loads go on until both numbers are reached, and are not far ahead of the promotions.
      while !state.withLock({ $0.isPromoted && $0.count >= loads }) {
        let isAhead = state.withLock { !$0.isPromoted && $0.count > loads * ($0.promotions + 1) / promotions }
        if isAhead {
          usleep(1000)
          continue
        }
        let (version, problem) = RegistryReader.champion(of: shop)
        state.withLock { state in
          state.count += 1
          state.versions.insert(version)
          if let problem, state.problems.count < 20 { state.problems.append("a load of \(version) finds \(problem)") }
        }
      }
    }
    var random = RandomNumbers(seed: options.seed)
    var kills = 0
    for number in 0..<promotions {
      let change = Int.random(in: 1...changes + changes / 4, using: &random)
      let ending = try promote(number, on: number % 2 == 1 ? disk.environment(.kill, at: change) : [:])
      state.withLock { $0.promotions += 1 }
      kills += ending.wasKilled ? 1 : 0
      if !ending.wasKilled && ending.status != 0 { place.complain("a promotion: \(ending.messages)") }
      // What a reader has begun to read is one of the newest, which stay.
      guard number % 20 == 19 else { continue }
      let pruned = try place.run(["models", "shop", "prune", "--keep", "5"], in: folder)
      if pruned.status != 0 { place.complain("prune: \(pruned.messages)") }
    }
    state.withLock { $0.isPromoted = true }
    readers.wait()
    let verified = try place.run(["models", "shop", "verify"], in: folder)
    if verified.status != 0 { place.complain("verify says \(verified.messages)") }
    let found = state.withLock { $0 }
    found.problems.forEach(place.complain)
    place.say("\(found.versions.count) versions were loaded")
    try place.end("\(found.count) loads during \(promotions) promotions, \(kills) of them killed")
  }
}

/// Makes the folder of a finished run with a model of a few small files.
private func makeRun(_ number: Int, in folder: String) throws {
  let run = Files.join(folder, "run-\(number)")
  let model = ["config.json", "1_Pooling/config.json", "model.safetensors"].map { Files.join("model", $0) }
  for name in ["result.json", "recipe.yaml"] + model {
    let path = Files.join(run, name)
    try Files.makeFolder(Files.parent(of: path))
    try Files.write("{\"run\": \(number), \"file\": \"\(name)\"}\n", to: path)
  }
}

/// What the readers have found.
private struct Loads {
  var count = 0
  var promotions = 0
  var versions: Set<String> = []
  var problems: [String] = []
  var isPromoted = false
}
