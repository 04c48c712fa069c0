public import Files

/// A model folder that cannot be used, with all its problems.
public struct ModelError: UserFacingError, Equatable {
  /// The file or folder.
  public let path: String
  /// The problems, one line each.
  public let problems: [String]

  init(path: String, problems: [String]) {
    self.path = path
    self.problems = problems
  }

  init(path: String, problem: String) { self.init(path: path, problems: [problem]) }

  /// Bad data.
  public var kind: FailureKind { .badData }

  /// The whole message.
  public var description: String {
    problems.count == 1 ? "\(path): \(problems[0])" : "\(path):\n" + problems.map { "  \($0)" }.joined(separator: "\n")
  }
}
