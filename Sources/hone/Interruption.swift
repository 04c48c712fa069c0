import Foundation
import Synchronization

/// The signals that ask a run to stop: the first sets a flag that the run checks, a second one ends the process.
enum Interruption {
  private static let received = Atomic<Int32>(0)
  /// The time of the first signal on the monotonic clock, in nanoseconds.
  private static let time = Atomic<UInt64>(0)

  /// The time within which a second signal is the echo of the first: `timeout` and shells send one to the process and
  /// one to its group.
  private static let echo: UInt64 = 50_000_000

  /// The signal that was received; 0 if none.
  static var signal: Int32 { received.load(ordering: .relaxed) }

  /// Handles SIGINT, SIGTERM and SIGHUP from now on; under `nohup`, which ignores SIGHUP, it stays ignored.
  static func install() {
    // Initializes the globals, since a handler may not.
    received.store(0, ordering: .relaxed)
    time.store(0, ordering: .relaxed)
    _ = echo
    let numbers = [SIGINT, SIGTERM] + (isIgnored(SIGHUP) ? [] : [SIGHUP])
    for number in numbers { Foundation.signal(number) { Interruption.handle($0) } }
    // The parent process may have blocked the signals, and a child inherits that. One that has come since is handled now.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in numbers { unsafe sigaddset(&signals, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Notes the first signal; a second one means at once, unless nobody can mean it.
  private static func handle(_ number: Int32) {
    let now = monotonicTime()
    let (isFirst, first) = time.compareExchange(expected: 0, desired: now, ordering: .relaxed)
    if isFirst { return received.store(number, ordering: .relaxed) }
    // A terminal that is closed and its shell both send SIGHUP, at any distance, and nobody waits at that terminal.
    if number == SIGHUP || now - first < echo { return }
    _exit(128 + number)
  }

  /// True if a signal is ignored.
  ///
  /// Only asks: ignoring a signal for a moment would drop one that is waiting.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    unsafe sigaction(number, nil, &action)
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func monotonicTime() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
