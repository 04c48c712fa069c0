public import Files
import Synchronization

/// A process that dies before one of its changes of the disk: this change and all later ones fail.
public enum Crash {
  /// Does work that dies before its change number `count`, counted from 0.
  ///
  /// - Parameter willChange: Hears of every change that is made.
  /// - Returns: True if it died; false if it has fewer changes.
  /// - Throws: The errors of the work but those of the disk after the crash.
  public static func before(
    change count: Int, willChange: @escaping @Sendable (DiskChange) -> Void = { _ in }, _ work: () throws -> Void
  ) throws -> Bool {
    let seen = Mutex(0)
    let witness = DiskWitness { change in
      if case .opened = change { return nil }
      let number = seen.withLock { seen in
        defer { seen += 1 }
        return seen
      }
      if number >= count { return .inputOutput }
      willChange(change)
      return nil
    }
    var hasDied: Bool { seen.withLock { $0 } > count }
    do {
      try witness.watch(work)
    } catch let error as FileError where hasDied && error.kind == .inputOutput {}
    return hasDied
  }
}
