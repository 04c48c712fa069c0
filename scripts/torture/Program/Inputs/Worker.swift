import Files
import Foundation
import Trials

/// Runs trials in this process; a line to standard output before and after each.
struct Worker {
  let goldens: String

  func run(_ seeds: Range<UInt64>) throws {
    let tasks = try Task.all(goldens: goldens)
    // Memory is faster than a disk, and trials write much.
    let parent = Files.isFolder("/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    let scratch = Files.join(parent, "torture-\(ProcessInfo.processInfo.processIdentifier)")
    try Files.makeFolder(scratch)
    defer { try? Files.remove(scratch) }
    guard FileManager.default.changeCurrentDirectoryPath(scratch) else { fatalError("cannot enter \(scratch)") }
    var unmutated: [String: Ending] = [:]
    for task in tasks {
      let ending = try Ending(emptyingWorkingDirectoryFor: task)
      guard ending.code == 0 else { fatalError("\(task.name) does not run: \(ending.message)") }
      unmutated[task.name] = ending
    }
    for seed in seeds {
      let trial = Trial(seed: seed, of: tasks)
      say("begin \(seed) \(trial.description)")
      let ending = try Ending(emptyingWorkingDirectoryFor: trial.task)
      if let unmutated = unmutated[trial.task.name], let fault = fault(of: ending, after: trial, unmutated: unmutated) {
        say("fault \(trial.description): \(fault.replacingOccurrences(of: "\n", with: "\n    "))")
      }
      say("end \(seed) \(ending.code)")
    }
  }

  private func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line.replacingOccurrences(of: "\n", with: "\u{1}") + "\n").utf8))
  }
}
