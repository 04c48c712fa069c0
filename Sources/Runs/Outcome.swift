package import JSONText

/// The result of a command, for a program and for a person.
public struct Outcome: Sendable {
  /// The result as one line of JSON.
  public let json: String
  /// The result for a person: tables and paths.
  public let lines: [String]

  package init(_ result: JSONValue, lines: [String]) {
    json = result.text()
    self.lines = lines
  }
}
