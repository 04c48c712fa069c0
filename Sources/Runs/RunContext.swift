import Synchronization

/// The settings and callbacks that the program passes to a recipe.
public struct RunContext: Sendable {
  /// The settings in effect, for the run folder.
  package let recipe: String
  /// True to go on with an interrupted run, or to confirm a finished one.
  package let resume: Bool
  /// Receives the events of the run.
  package let report: @Sendable (RunEvent) -> Void
  /// True if the run was asked to stop; it then saves a checkpoint and throws ``RunInterrupted``.
  package let isInterrupted: @Sendable () -> Bool

  /// Makes a context.
  ///
  /// - Parameter report: Receives the events of the run, a warning once: what is read in two places is told of once.
  public init(
    recipe: String, resume: Bool, report: @escaping @Sendable (RunEvent) -> Void,
    isInterrupted: @escaping @Sendable () -> Bool
  ) {
    self.recipe = recipe
    self.resume = resume
    let warned = Mutex<Set<String>>([])
    self.report = { event in
      if case .warning(let text) = event, !warned.withLock({ $0.insert(text).inserted }) { return }
      report(event)
    }
    self.isInterrupted = isInterrupted
  }
}

extension RunContext {
  /// Reports an event, and throws ``RunInterrupted`` if the run was asked to stop; for work that can be repeated.
  package func reportOrStop(_ event: RunEvent) throws {
    report(event)
    if isInterrupted() { throw RunInterrupted("stopped; start again with --resume") }
  }
}
