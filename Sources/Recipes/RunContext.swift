public import Words

/// What a running recipe is given by the program around it.
public struct RunContext: Sendable {
  /// The settings in effect, for the run folder.
  let recipe: String
  /// Whether to go on with an interrupted run, or confirm a finished one.
  let resume: Bool
  /// Where progress goes.
  let report: @Sendable (RunEvent) -> Void
  /// Whether the run was asked to stop; it then saves a checkpoint and throws ``RunInterrupted``.
  let isInterrupted: @Sendable () -> Bool

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
  func reportOrStop(_ event: RunEvent) throws {
    report(event)
    if isInterrupted() { throw RunInterrupted("stopped while scoring; go on with --resume") }
  }
}

/// What a running recipe tells the person who waits for it.
public enum RunEvent: Sendable, Equatable {
  /// A sentence.
  case note(String)
  /// A sentence about something that may be wrong.
  case warning(String)
  /// How far a task has come.
  case progress(RunProgress)
  /// Lines that belong together, such as a table.
  case lines([String])
}

/// Thrown when a run was asked to stop and has saved what it can go on from.
public struct RunInterrupted: Error, CustomStringConvertible {
  /// Where the run stands, and what the user can do next.
  public let description: String

  init(_ description: String) { self.description = description }
}
