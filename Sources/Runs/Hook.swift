import Files
import Foundation
import Words

/// A command that is told what a night came to: the decision as one line of JSON on its standard input.
///
/// It runs without a shell. What it prints goes to standard error, so that standard output has the results only. A hook that
/// fails changes no result: ``notify(_:report:)`` makes a warning of it.
package struct Hook: Sendable {
  private let command: [String]
  /// The time after which the command is ended.
  private let limit: Duration

  /// The time that a command has to end after SIGTERM, before SIGKILL.
  private static let grace = Duration.seconds(2)
  /// The time between two looks at the command.
  private static let pause = 0.01

  /// Names a command.
  ///
  /// - Parameters:
  ///   - command: The program, by its path or its name in `PATH`, and its arguments as they are.
  ///   - limit: The time after which it is ended.
  package init(_ command: [String], limit: Duration = .seconds(60)) {
    (self.command, self.limit) = (command, limit)
  }

  /// Runs the command; its failure is a warning.
  package func notify(_ json: String, report: (RunEvent) -> Void) {
    do {
      try run(json)
    } catch {
      report(.warning("\(error); the result stands"))
    }
  }

  /// Runs the command and waits for its end.
  ///
  /// - Parameter json: The line for its standard input. It need not read it.
  /// - Throws: `RunError` if the program is not there, takes too long, or ends with another exit code than 0.
  package func run(_ json: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try program())
    process.arguments = Array(command.dropFirst())
    let input = Pipe()
    // Given as a handle and not as a pipe, the end to read from stays open here too: so no write ends this process by
    // SIGPIPE, whatever the command does with its own.
    process.standardInput = input.fileHandleForReading
    process.standardOutput = FileHandle.standardError
    do {
      try process.run()
    } catch {
      throw RunError(.missingInput, "\(name) cannot be run (\(error.localizedDescription)); look at 'notify'")
    }
    let writer = Writer(json + "\n", to: input.fileHandleForWriting)
    let end = ContinuousClock.now + limit
    while process.isRunning && ContinuousClock.now < end { Thread.sleep(forTimeInterval: Self.pause) }
    let isLate = process.isRunning
    if isLate { stop(process) }
    try writer.finish(draining: input.fileHandleForReading)
    if isLate { throw RunError(.temporary, "\(name) was ended after \(NumberText.seconds(limit.seconds))") }
    switch (process.terminationReason, process.terminationStatus) {
    case (.exit, 0): return
    case (.exit, let code): throw RunError(.temporary, "\(name) ended with exit code \(code)")
    case (_, let signal): throw RunError(.temporary, "\(name) was ended by signal \(signal)")
    }
  }

  // MARK: - Helpers

  /// The command in messages.
  private var name: String { "the command \"\((command.first ?? "").shortened)\" of 'notify'" }

  /// The path of the program, looked for in `PATH` where it has no "/".
  private func program() throws -> String {
    guard let first = command.first, !first.isEmpty else {
      throw RunError(.badRecipe, "'notify' names no command; give a list such as [program, argument]")
    }
    guard !first.utf8.contains(UInt8(ascii: "/")) else { return first }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let paths = folders.lazy.map { Files.join(String($0), first) }
    guard let path = paths.first(where: { FileManager.default.isExecutableFile(atPath: $0) && !Files.isFolder($0) })
    else {
      throw RunError(.missingInput, "\(name) is in no folder of PATH; give the path of the program")
    }
    return path
  }

  /// Ends a command with what it has started.
  private func stop(_ process: Process) {
    let group = process.processIdentifier
    // The command is the first of a process group of its own; where it is not, it is ended alone.
    func send(_ signal: Int32) { if kill(-group, signal) != 0 { kill(group, signal) } }
    send(SIGTERM)
    let end = ContinuousClock.now + Self.grace
    while process.isRunning && ContinuousClock.now < end { Thread.sleep(forTimeInterval: Self.pause) }
    send(SIGKILL)
    process.waitUntilExit()
  }
}

/// A thread that writes a text into a pipe and closes it, since a reader may be slow, or none at all.
private final class Writer: Sendable {
  private let done = DispatchSemaphore(value: 0)

  init(_ text: String, to handle: FileHandle) {
    let (bytes, done) = (Data(text.utf8), done)
    Thread.detachNewThread {
      try? handle.write(contentsOf: bytes)
      try? handle.close()
      done.signal()
    }
  }

  /// Reads what the command has left, so that the thread ends.
  func finish(draining handle: FileHandle) throws {
    while try handle.read(upToCount: 1 << 16).map({ !$0.isEmpty }) ?? false {}
    try handle.close()
    done.wait()
  }
}
