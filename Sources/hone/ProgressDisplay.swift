import Foundation
import Recipes
import Runs
import Synchronization
import Words

/// Shows the events of a run: a bar on a terminal, plain lines now and then elsewhere, or only warnings.
final class ProgressDisplay: Sendable {
  private struct State {
    var text = ProgressText()
    var task = ""
    var taskSeconds = 0.0
    var shownSeconds = 0.0
    var hasBar = false
  }

  /// The seconds between two updates of the bar.
  private static let barPause = 0.1
  /// The seconds between two lines of a log.
  private static let logPause = 10.0

  private let isQuiet: Bool
  private let isTerminal = isatty(2) == 1
  private let columns = max(40, ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 80) - 1
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  init(quiet: Bool) {
    isQuiet = quiet
  }

  /// Shows an event.
  func show(_ event: RunEvent) {
    state.withLock { state in
      switch event {
      case .warning(let text): write("warning: \(text)", &state)
      case _ where isQuiet: break
      case .note(let text): write(text, &state)
      case .lines(let lines): lines.forEach { write($0, &state) }
      case .progress(let progress): show(progress, &state)
      }
    }
  }

  /// Removes the bar if it is still shown.
  func finish() {
    state.withLock { clear(&$0) }
  }

  private func show(_ progress: RunProgress, _ state: inout State) {
    let seconds = start.duration(to: .now).seconds
    state.text.update(progress, at: seconds)
    let isNew = progress.task != state.task
    if isNew { (state.task, state.taskSeconds) = (progress.task, seconds) }
    let isDone = progress.done >= progress.total
    guard isTerminal else {
      // A log gets a line now and then, and none for a short task.
      let isDue = seconds - max(state.shownSeconds, state.taskSeconds) >= Self.logPause
      guard isDue || (isDone && seconds - state.taskSeconds >= Self.logPause) else { return }
      state.shownSeconds = seconds
      return Console.note(state.text.sentence)
    }
    guard isNew || isDone || seconds - state.shownSeconds >= Self.barPause else { return }
    state.shownSeconds = seconds
    if isNew { clear(&state) }
    try? FileHandle.standardError.write(contentsOf: Array("\r\u{1B}[K\(state.text.bar(columns: columns))".utf8))
    state.hasBar = true
    if isDone {
      Console.note("")
      (state.hasBar, state.task) = (false, "")
    }
  }

  private func write(_ line: String, _ state: inout State) {
    clear(&state)
    Console.note(line)
  }

  private func clear(_ state: inout State) {
    guard state.hasBar else { return }
    try? FileHandle.standardError.write(contentsOf: Array("\r\u{1B}[K".utf8))
    state.hasBar = false
  }
}
