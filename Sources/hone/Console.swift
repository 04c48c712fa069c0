import ArgumentParser
import Foundation
import Recipes
import Runs
import Synchronization

/// Standard output for results, standard error for everything else, and the way out.
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

  /// Prints what a command ended with.
  static func print(_ outcome: Outcome, asJSON: Bool) throws {
    for line in asJSON ? [outcome.json] : outcome.lines { try print(line) }
  }

  /// Prints what a command that writes files ended with: one line that is left out with `--quiet`, unless JSON is asked for.
  static func printUnlessQuiet(_ outcome: Outcome, _ options: ResultOptions) throws {
    if options.json || !options.quiet { try print(outcome, asJSON: options.json) }
  }

  /// Hands all results so far to the system.
  static func flush() throws {
    let bytes = pending.withLock { bytes in
      defer { bytes = [] }
      return bytes
    }
    if !bytes.isEmpty { try FileHandle.standardOutput.write(contentsOf: bytes) }
  }

  /// Prints a line for the person; a closed standard error is no reason to stop.
  static func note(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Array("\(line)\n".utf8))
  }

  /// Ends the process after an error, with its message and exit code.
  static func end(with error: any Error) -> Never {
    if let failure = Failure(error, signal: Interruption.signal) { end(with: failure) }
    guard error is CocoaError else { HoneCommand.exit(withError: error) }
    let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    // Whoever read the results has gone: nothing is left to do, and nothing went wrong.
    if cause?.code == Int(EPIPE) { exit(0) }
    end(with: .outputFailed((cause ?? error as NSError).localizedDescription))
  }

  private static func end(with failure: Failure) -> Never {
    note(failure.message)
    exit(failure.exitCode)
  }
}
