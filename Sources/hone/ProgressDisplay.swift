import Foundation
import Recipes
import Synchronization

/// Shows the events of a run: a bar on a terminal, plain lines now and then elsewhere, or only warnings.
final class ProgressDisplay: Sendable {
  private struct State {
    var text = ProgressText()
    var task = ""
    var shownSeconds = -Double.infinity
    var hasBar = false
  }

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

  /// Removes a bar that is still there.
  func finish() {
    state.withLock { clear(&$0) }
  }

  private func show(_ progress: RunProgress, _ state: inout State) {
    let elapsed = start.duration(to: .now)
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    state.text.update(progress, at: seconds)
    let isNew = progress.task != state.task
    let isDone = progress.done >= progress.total
    let pause = isTerminal ? 0.1 : 10.0
    guard isNew || isDone || seconds - state.shownSeconds >= pause else { return }
    (state.task, state.shownSeconds) = (progress.task, seconds)
    guard isTerminal else { return Console.note(state.text.sentence) }
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
