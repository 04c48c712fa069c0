/// An operation on a file or folder failed.
public struct FileError: UserFacingError, Equatable {
  /// The path as the caller gave it.
  public let path: String
  /// The kind of failure.
  public let kind: FailureKind
  /// The whole message for the user.
  public let description: String

  /// Makes an error with a message of its own, for what the operating system does not know.
  public init(path: String, kind: FailureKind, description: String) {
    self.path = path
    self.kind = kind
    self.description = description
  }

  /// The direction of an operation, which decides the exit code.
  ///
  /// It reads what must be there, or makes something new.
  enum Direction {
    case reading
    case writing
  }

  /// Makes the error of a failed system call.
  ///
  /// - Parameters:
  ///   - action: The operation, as it follows "cannot": "read", "make the folder".
  ///   - path: The path as the caller gave it.
  ///   - code: The error of the system call.
  ///   - direction: The direction, which decides the exit code of a missing or forbidden path.
  init(_ action: String, _ path: String, _ code: SystemError, _ direction: Direction) {
    let explanation = code.explanation
    let kind: FailureKind =
      switch explanation.cause {
      case .device: .inputOutput
      case .exhaustion: .temporary
      case .path: direction == .reading ? .missingInput : .cannotCreate
      }
    self.init(
      path: path, kind: kind,
      description: "cannot \(action) \(path.isEmpty ? "\"\"" : path): \(explanation.what); \(explanation.remedy)")
  }
}
