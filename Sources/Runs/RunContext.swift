/// What a running recipe is given by the program around it.
public struct RunContext: Sendable {
  /// The settings in effect, for the run folder.
  package let recipe: String
  /// Whether to go on with an interrupted run, or confirm a finished one.
  package let resume: Bool
  /// Where progress goes.
  package let report: @Sendable (RunEvent) -> Void
  /// Whether the run was asked to stop; it then saves a checkpoint and throws ``RunInterrupted``.
  package let isInterrupted: @Sendable () -> Bool

  /// Makes a context.
  public init(
    recipe: String, resume: Bool, report: @escaping @Sendable (RunEvent) -> Void,
    isInterrupted: @escaping @Sendable () -> Bool
  ) {
    self.recipe = recipe
    self.resume = resume
    self.report = report
    self.isInterrupted = isInterrupted
  }
}

extension RunContext {
  /// Reports an event, and ends work that can be done again later when the run was asked to stop.
  package func reportOrStop(_ event: RunEvent) throws {
    report(event)
    if isInterrupted() { throw RunInterrupted("stopped while scoring; go on with --resume") }
  }
}
