import Files
import Foundation

/// A started `hone`, and how it ended.
final class HoneProcess {
  /// How a process ended: a status, or a signal as a negative number, and what it wrote to standard error.
  struct Ending {
    let status: Int32
    let messages: String
    let seconds: Double

    var wasKilled: Bool { status == -SIGKILL }
    /// The lines that are errors; a crash of the program is none.
    var errors: [Substring] { messages.split(separator: "\n").filter { $0.hasPrefix("error: ") } }
  }

  private let process = Process()
  private let messages: String
  private let started: ContinuousClock.Instant

  /// Starts the program.
  ///
  /// - Parameters:
  ///   - program: The path of `hone`.
  ///   - arguments: Its command and options; it works on one thread.
  ///   - folder: The working directory.
  ///   - disk: The disk that it meets; a good one without it.
  ///   - messages: The file, not below the folder, that its standard error goes to.
  init(_ program: String, _ arguments: [String], in folder: String, on disk: [String: String] = [:], messages: String)
    throws
  {
    self.messages = messages
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(disk) { $1 }
    guard FileManager.default.createFile(atPath: messages, contents: nil) else { fatalError("cannot make \(messages)") }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: messages)
    started = .now
    try process.run()
  }

  var isRunning: Bool { process.isRunning }

  /// Kills the process, which cannot do anything about it.
  func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

  /// Waits for the end, at most so long; a process that takes longer is killed.
  func wait(atMost seconds: Double = 300) throws -> Ending {
    let deadline = started.advanced(by: .seconds(seconds))
    while process.isRunning && ContinuousClock.now < deadline { usleep(1000) }
    if process.isRunning { kill() }
    process.waitUntilExit()
    let time = started.duration(to: .now)
    let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return Ending(
      status: status, messages: String(decoding: try Files.read(messages), as: UTF8.self), seconds: time / .seconds(1))
  }
}
