import ArgumentParser
import Files
import Foundation

/// The options that all loops share that start `hone`.
struct HoneOptions: ParsableArguments {
  @Option(help: "The program; by default the one beside this one.")
  var hone: String?

  @Option(help: "The folder with the tiny models.")
  var goldens = "Tests/Goldens"

  @Option(help: "The folder with the source of the bad disk.")
  var disk = "scripts/torture/Disk"

  @Option(help: "The seed of the random moments.")
  var seed: UInt64 = 1

  @Option(help: "A folder for the trials; by default one in the temporary folder.")
  var scratch: String?
}

/// A folder of its own for the processes of a loop, and what the loop finds.
final class Workplace {
  let program: String
  let scratch: String
  private(set) var faults = 0

  init(_ options: HoneOptions) throws {
    let beside = Files.join(Files.parent(of: CommandLine.arguments[0]), "hone")
    program = try Files.resolve(options.hone ?? beside)
    let parent = options.scratch ?? NSTemporaryDirectory()
    scratch = Files.join(parent, "torture-\(ProcessInfo.processInfo.processIdentifier)")
    try Files.makeFolder(scratch)
  }

  /// The path of something in the folder.
  func file(_ name: String) -> String { Files.join(scratch, name) }

  /// Starts `hone`.
  func start(_ arguments: [String], in folder: String, on disk: [String: String] = [:], name: String = "messages")
    throws -> HoneProcess
  {
    try HoneProcess(program, arguments, in: folder, on: disk, messages: file(name))
  }

  /// Runs `hone` to its end.
  func run(_ arguments: [String], in folder: String, on disk: [String: String] = [:]) throws -> HoneProcess.Ending {
    try start(arguments, in: folder, on: disk).wait()
  }

  /// Prints a line at once, also into a file.
  func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

  func complain(_ fault: String) {
    faults += 1
    say("FAULT \(fault)")
  }

  /// Prints the sum of a loop, and ends with 1 where there were faults; then the folder stays.
  func end(_ sum: String) throws {
    if faults == 0 { try Files.remove(scratch) }
    say("\(sum), \(faults) with a fault")
    if faults > 0 { throw ExitCode(1) }
  }
}
