package import JSONText

/// The result of a command, for a program and for a person.
public struct Outcome: Sendable {
  /// The result as one line of JSON.
  public let json: String
  /// The result for a person: tables and paths.
  public let lines: [String]
  /// The exit code of the process: 0, or what a service is to know of a result that is no error.
  public let exitCode: Int32

  package init(_ result: JSONValue, lines: [String], exitCode: Int32 = 0) {
    json = result.text()
    self.lines = lines
    self.exitCode = exitCode
  }
}
