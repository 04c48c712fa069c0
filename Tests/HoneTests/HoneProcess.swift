import Files
import Foundation
import TestSupport
import Testing

/// The built `hone`, run as its users run it.
struct HoneProcess {
  /// How a run of it ended.
  struct Ended {
    var status: Int32
    var output: String
    var messages: String

    var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }
  }

  /// The repository, for the goldens it holds.
  static let repository = Files.parent(of: Files.parent(of: Files.parent(of: #filePath)))
  /// A tiny BERT with random weights and a vocabulary of single words.
  static let model = Files.join(repository, "Tests/Goldens/bert-tiny")

  /// The same encoder with a classifier of one label.
  static let crossEncoder = Files.join(repository, "Tests/Goldens/cross-encoder-tiny")

  /// The executable, which the build puts beside the tests.
  static let executable: String = {
    let tests = CommandLine.arguments.first ?? ""
    return Files.join(Files.parent(of: tests), "hone")
  }()

  /// Runs a command to its end.
  ///
  /// - Parameters:
  ///   - folder: The working directory.
  ///   - whileRunning: Is called with the process once it has started.
  @discardableResult
  static func run(
    _ arguments: [String], input: String = "", in folder: String = ".",
    whileRunning: (Process) throws -> Void = { _ in }
  ) throws -> Ended {
    try #require(Files.exists(executable), "\(executable) is not built; swift build makes it beside the tests")
    return try start(executable, arguments, input: input, in: folder, whileRunning: whileRunning)
  }

  /// Runs a line of shell in which `$HONE` is the executable.
  ///
  /// - Parameter whileRunning: Is called with the process of the shell once it has started.
  @discardableResult
  static func shell(
    _ line: String, in folder: String = ".", whileRunning: (Process) throws -> Void = { _ in }
  ) throws -> Ended {
    try start("/bin/sh", ["-c", line], input: "", in: folder, whileRunning: whileRunning)
  }

  private static func start(
    _ path: String, _ arguments: [String], input: String, in folder: String, whileRunning: (Process) throws -> Void
  ) throws -> Ended {
    let scratch = TemporaryFolder()
    let files = ["in", "out", "err"].map { Files.join(scratch.path, $0) }
    try Files.write(input, to: files[0])
    for file in files.dropFirst() { try Files.write("", to: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(["HONE": executable]) { $1 }
    process.standardInput = FileHandle(forReadingAtPath: files[0])
    process.standardOutput = FileHandle(forWritingAtPath: files[1])
    process.standardError = FileHandle(forWritingAtPath: files[2])
    try process.run()
    try whileRunning(process)
    process.waitUntilExit()
    func text(_ file: String) throws -> String { String(decoding: try Files.read(file), as: UTF8.self) }
    let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Ended(status: status, output: try text(files[1]), messages: try text(files[2]))
  }
}
