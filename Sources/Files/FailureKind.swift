/// The kind of a failure, as the exit code of the process.
///
/// The numbers follow `sysexits.h`, so that cron jobs and systemd units can tell bad data from a full disk.
public enum FailureKind: Int32, Sendable, CaseIterable {
  /// The command line is wrong.
  case usage = 64
  /// A file was read and its content is not what it must be.
  case badData = 65
  /// A file that is to be read does not exist or may not be read.
  case missingInput = 66
  /// The program is at fault, or a calculation left the finite numbers.
  case internalError = 70
  /// A file or folder that is to be written cannot be created.
  case cannotCreate = 73
  /// Reading or writing failed on the way: a full disk, a broken device.
  case inputOutput = 74
  /// Something is busy; the same command may succeed later.
  case temporary = 75
  /// A recipe does not say what it must, or contradicts itself.
  case badRecipe = 78
}

/// An error that a user reads as it is.
///
/// `description` is the whole message, one clear sentence: where, what was expected and found, what to do.
public protocol UserFacingError: Error, CustomStringConvertible {
  /// The kind of failure, and with it the exit code.
  var kind: FailureKind { get }
}
