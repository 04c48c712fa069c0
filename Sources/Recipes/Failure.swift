import Files
import Runs
import Settings

/// An error as the end of a process: the message and the exit code.
package struct Failure: Sendable, Equatable {
  package let message: String
  package let exitCode: Int32

  /// Makes the end of a process for an error that the user can mend or an interruption; nil for other errors.
  ///
  /// Where a disk has failed before, that counts as the failure.
  ///
  /// - Parameter signal: The signal that interrupted the process, if one did.
  package init?(_ error: any Error, signal: Int32 = 0) {
    switch error {
    case let error as RecipeError:
      if let cause = DeviceFailure.explanation {
        // What it says of files is what the disk did not say.
        self.init(
          message: "error: the recipe cannot be checked: \(cause)", exitCode: FailureKind.inputOutput.rawValue)
      } else {
        self.init(message: error.description, exitCode: error.kind.rawValue)
      }
    case let error as any UserFacingError:
      if error.kind != .inputOutput, let cause = DeviceFailure.explanation {
        self.init(
          message: "error: \(error)\nthe disk may be the cause: \(cause)", exitCode: FailureKind.inputOutput.rawValue)
      } else {
        self.init(message: "error: \(error)", exitCode: error.kind.rawValue)
      }
    case let error as RunInterrupted: self.init(message: error.description, exitCode: 128 + signal)
    default: return nil
    }
  }

  /// Standard output could not be written.
  package static func outputFailed(_ reason: String) -> Failure {
    Failure(message: "error: cannot write standard output: \(reason)", exitCode: FailureKind.inputOutput.rawValue)
  }

  private init(message: String, exitCode: Int32) {
    self.message = message.split(separator: "\n", omittingEmptySubsequences: false).map(Self.cut)
      .joined(separator: "\n")
    self.exitCode = exitCode
  }

  /// A line cut to a length that can be read; values of files that it repeats may be of any length.
  private static func cut(_ line: Substring) -> Substring {
    let most = 2000
    guard line.utf8.count > most, line.count > most else { return line }
    return line.prefix(most / 2) + " … " + line.suffix(most / 2)
  }
}
