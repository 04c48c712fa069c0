package import JSONText

/// What a command ended with, for a program and for a person.
public struct Outcome: Sendable {
  /// The result as one line of JSON.
  public let json: String
  /// The same in words: tables, and where things are.
  public let lines: [String]

  package init(_ result: JSONValue, lines: [String]) {
    json = result.text()
    self.lines = lines
  }
}
