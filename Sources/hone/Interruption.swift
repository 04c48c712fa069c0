import Foundation
import Synchronization

/// The signals that ask a run to stop: the first sets a flag that the run checks, the second ends the process.
enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// The signal that was received; 0 if none.
  static var signal: Int32 { received.load(ordering: .relaxed) }

  /// Handles SIGINT and SIGTERM from now on.
  static func install() {
    // Initializes the global, since a handler may not.
    received.store(0, ordering: .relaxed)
    // The parent process may have blocked the signals, and a child inherits that.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { unsafe sigaddset(&signals, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      Foundation.signal(number) { number in
        if Interruption.received.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
      }
    }
  }
}
