public import Words

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
