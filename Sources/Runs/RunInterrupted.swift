/// Thrown when a run was asked to stop and has saved all that it needs to resume.
public struct RunInterrupted: Error, CustomStringConvertible {
  /// The state of the run, and the user's next step.
  public let description: String

  package init(_ description: String) { self.description = description }
}
