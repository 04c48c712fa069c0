/// Thrown when a run was asked to stop and has saved what it can go on from.
public struct RunInterrupted: Error, CustomStringConvertible {
  /// Where the run stands, and what the user can do next.
  public let description: String

  package init(_ description: String) { self.description = description }
}
