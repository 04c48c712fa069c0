import ArgumentParser
import Foundation
import Recipes
import Runs
import Synchronization

/// Standard output for results, standard error for everything else, and the exit.
enum Console {
  private static let pending = Mutex<[UInt8]>([])

  /// Prints a line of results.
  static func print(_ line: String) throws {
    let isFull = pending.withLock { bytes in
      bytes.append(contentsOf: line.utf8)
      bytes.append(UInt8(ascii: "\n"))
      return bytes.count >= 1 << 16
    }
    if isFull { try flush() }
  }

  /// Prints a text of several lines, the last of which ends.
  static func printText(_ text: String) throws {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() { try print(String(line)) }
  }

  /// Prints the outcome of a command.
  static func print(_ outcome: Outcome, asJSON: Bool) throws {
    for line in asJSON ? [outcome.json] : outcome.lines { try print(line) }
  }

  /// Prints the outcome of a command that writes files; with `--quiet` only if JSON is asked for.
  static func printUnlessQuiet(_ outcome: Outcome, _ options: ResultOptions) throws {
    if options.json || !options.quiet { try print(outcome, asJSON: options.json) }
  }

  /// Writes all pending results to standard output.
  static func flush() throws {
    let bytes = pending.withLock { bytes in
      defer { bytes = [] }
      return bytes
    }
    if !bytes.isEmpty { try FileHandle.standardOutput.write(contentsOf: bytes) }
  }

  /// Prints a line to standard error; a closed one is no reason to stop.
  static func note(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Array("\(line)\n".utf8))
  }

  /// Ends the process after an error, with its message and exit code.
  static func end(with error: any Error) -> Never {
    if let failure = Failure(error, signal: Interruption.signal) { end(with: failure) }
    guard error is CocoaError else { HoneCommand.exit(withError: error) }
    let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    // The reader of the results has closed the pipe, which is no failure.
    if cause?.code == Int(EPIPE) { exit(0) }
    end(with: .outputFailed((cause ?? error as NSError).localizedDescription))
  }

  private static func end(with failure: Failure) -> Never {
    note(failure.message)
    exit(failure.exitCode)
  }
}
