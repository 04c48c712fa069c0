import ArgumentParser
import Files
import Foundation
import JSONText
import Trials

/// Lets every single operation on the disk fail, during a whole run and during a promotion.
///
/// After SQLite's tests: the n-th operation fails, for n = 1, 2, … until the work succeeds without reaching it; once, and from
/// then on. After each failure the work is done again on a good disk.
struct FaultsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "faults",
    abstract: "Let the n-th operation on the disk fail, for every n, during a run and a promotion.",
    discussion: "Each failure must end with one error and 74, or be harmless; nothing that was there may be lost.")

  enum Work: String, ExpressibleByArgument, CaseIterable { case training, promotion }

  @Option(help: "Strike at every so many operations only.")
  var stride = 1

  @Option(help: "Break the disk during training or during a promotion only.")
  var only: Work?

  @OptionGroup var options: HoneOptions

  func run() throws {
    let place = try Workplace(options)
    let disk = try BadDisk(source: options.disk, scratch: place.scratch)
    let task = try Task.short(goldens: options.goldens)
    let training = try TrainingUnderFault(task, place)
    let promotion = try PromotionUnderFault(task, place)
    var codes: [Int32: Int] = [:]
    var trials = 0
    for fault in [BadDisk.Fault.inputOutput, .noSpace] {
      for lasting in [false, true] {
        let name = "\(fault.rawValue) \(lasting ? "from then on" : "once")"
        for work in Work.allCases where only == nil || only == work {
          let trial = work == .training ? training.trial : promotion.trial
          trials += try strike(fault, lasting, "\(work), \(name)", disk, place, &codes, trial)
        }
      }
    }
    for (code, count) in codes.sorted(by: { $0.key < $1.key }) { place.say("ended with \(code): \(count)") }
    try place.end("\(trials) failures of the disk")
  }

  /// Lets each operation fail in turn.
  private func strike(
    _ fault: BadDisk.Fault, _ lasting: Bool, _ name: String, _ disk: BadDisk, _ place: Workplace,
    _ codes: inout [Int32: Int],
    _ trial: (_ disk: [String: String], _ complain: (String) -> Void) throws -> Int32
  ) throws -> Int {
    var number = 1
    var count = 0
    while true {
      let environment = disk.environment(fault, at: number, lasting: lasting)
      var complaints: [String] = []
      let code = try trial(environment) { complaints.append($0) }
      guard let struck = disk.struck else {
        for complaint in complaints { place.complain("\(name), none struck: \(complaint)") }
        break
      }
      for complaint in complaints { place.complain("\(name), \(number) (\(struck)): \(complaint)") }
      codes[code, default: 0] += 1
      count += 1
      number += stride
    }
    place.say("\(name): \(count) operations")
    return count
  }
}

/// What must be true of a process that met a failing disk, whatever it did.
private func check(_ ending: HoneProcess.Ending, _ complain: (String) -> Void) {
  switch ending.status {
  case 0: break
  case 74:
    if ending.errors.count != 1 { complain("\(ending.errors.count) errors: \(ending.messages)") }
  default: complain("ends with \(ending.status): \(ending.messages)")
  }
}

/// A run in which the disk fails, and that goes on where it is good again.
private struct TrainingUnderFault {
  private let task: Task
  private let place: Workplace
  private let expected: RunContent

  private static let arguments = ["run", "recipe.yaml", "--quiet", "--threads", "1", "--resume"]

  init(_ task: Task, _ place: Workplace) throws {
    (self.task, self.place) = (task, place)
    let folder = place.file("whole")
    try task.write(to: folder)
    let ending = try place.run(Self.arguments, in: folder)
    guard ending.status == 0 else { throw ValidationError("\(task.name) does not run: \(ending.messages)") }
    expected = try RunContent(of: Files.join(folder, "run"))
  }

  func trial(_ disk: [String: String], _ complain: (String) -> Void) throws -> Int32 {
    let folder = place.file("trial")
    try Files.remove(folder)
    try task.write(to: folder)
    let ending = try place.run(Self.arguments, in: folder, on: disk)
    check(ending, complain)
    let run = Files.join(folder, "run")
    let before = checkpoint(in: run)
    let leftovers = ((try? Files.list(run)) ?? []).filter { $0.hasPrefix(".tmp-checkpoint") }
    if ending.status == 74 && before == nil && ending.messages.contains("is saved in") {
      complain("says that a step is saved, and none is: \(ending.messages)")
    }
    let again = try place.run(Self.arguments, in: folder)
    guard again.status == 0 else {
      complain("goes on with \(again.status): \(again.messages) \(leftovers)")
      return ending.status
    }
    // A step whose line the disk has lost is missing in the log, which the run says. A failure saves one checkpoint more.
    let mayDiffer = again.messages.contains("has lost")
    let differences = expected.differences(from: try RunContent(of: run)).filter {
      !$0.hasPrefix("checkpoint-") && !(mayDiffer && ["log.jsonl", "result.json"].contains($0))
    }
    if !differences.isEmpty { complain("then \(differences.joined(separator: ", ")) differ: \(ending.messages)") }
    return ending.status
  }

  /// The newest folder with the name of a checkpoint.
  private func checkpoint(in run: String) -> String? {
    ((try? Files.list(run)) ?? []).last { $0.hasPrefix("checkpoint-") }
  }
}

/// A promotion in which the disk fails: a reader finds the old champion or the new one, and so does the next promotion.
private struct PromotionUnderFault {
  private let place: Workplace
  private let folder: String

  init(_ task: Task, _ place: Workplace) throws {
    self.place = place
    folder = place.file("promotion")
    // The registry is copied for each trial; the run to promote is that of the whole training.
    try Files.makeFolder(folder)
    try Files.copyFolder(place.file("whole/run"), to: Files.join(folder, "run"))
    for _ in 0..<2 { _ = try promote([:]) }
    try Files.rename(Files.join(folder, "models"), to: Files.join(folder, "before"))
  }

  private func promote(_ disk: [String: String]) throws -> HoneProcess.Ending {
    try place.run(["models", "shop", "promote", "--run", "run"], in: folder, on: disk)
  }

  func trial(_ disk: [String: String], _ complain: (String) -> Void) throws -> Int32 {
    let models = Files.join(folder, "models")
    try Files.remove(models)
    try RegistryCopy.copy(Files.join(folder, "before"), to: models)
    let ending = try promote(disk)
    check(ending, complain)
    let shop = Files.join(models, "shop")
    let champion = RegistryReader.champion(of: shop)
    if let problem = champion.problem { complain("a reader finds \(problem): \(ending.messages)") }
    let expected = ending.status == 0 ? ["v000003"] : ["v000002", "v000003"]
    if !expected.contains(champion.version) {
      complain("ends with \(ending.status), and the champion is \(champion.version)")
    }
    let again = try promote([:])
    guard again.status == 0 else {
      complain("then a promotion ends with \(again.status): \(again.messages)")
      return ending.status
    }
    let verified = try place.run(["models", "shop", "verify"], in: folder)
    if verified.status != 0 { complain("then verify says \(verified.messages)") }
    if Files.name(of: (try? Files.resolve(Files.join(shop, "previous"))) ?? "none") != champion.version {
      complain("then the version before the champion is not \(champion.version)")
    }
    return ending.status
  }
}
