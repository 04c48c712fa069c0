public import Words

/// A report from a running recipe to the user.
public enum RunEvent: Sendable, Equatable {
  /// A sentence.
  case note(String)
  /// A sentence about something that may be wrong.
  case warning(String)
  /// The progress of a task.
  case progress(RunProgress)
  /// Lines that belong together, such as a table.
  case lines([String])
}
