public import Files

/// A model folder that cannot be used, with all its problems.
public struct ModelError: UserFacingError, Equatable {
  /// The file or folder.
  public let path: String
  /// The problems, one line each.
  public let problems: [String]
  /// Bad data, or missing input where what should be read is not there.
  public let kind: FailureKind

  init(path: String, problems: [String], kind: FailureKind = .badData) {
    self.path = path
    self.problems = problems
    self.kind = kind
  }

  init(path: String, problem: String, kind: FailureKind = .badData) {
    self.init(path: path, problems: [problem], kind: kind)
  }

  /// The whole message.
  public var description: String {
    problems.count == 1 ? "\(path): \(problems[0])" : "\(path):\n" + problems.map { "  \($0)" }.joined(separator: "\n")
  }
}
