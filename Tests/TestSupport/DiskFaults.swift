public import Files
import Synchronization

/// Failures of the disk, one after the other, as SQLite's tests make them.
public enum DiskFaults {
  /// The ways in which a disk fails: with which error, and once or from then on.
  public static let all = [DiskWitness.Fault.inputOutput, .noSpace].flatMap { fault in
    [false, true].map { (fault: fault, lasting: $0) }
  }

  /// Lets the first change of some work fail, then the second, and so on until the work has no more.
  ///
  /// - Parameters:
  ///   - lasting: True if all later changes fail as well.
  ///   - trial: Does the work, from the same beginning each time, under the watch of the witness.
  /// - Returns: The number of changes that failed.
  public static func strikeEachChange(
    _ fault: DiskWitness.Fault, lasting: Bool, _ trial: (_ breaker: DiskWitness) throws -> Void
  ) rethrows -> Int {
    var place = 0
    while true {
      let seen = Mutex(0)
      let breaker = DiskWitness { [place] change in
        if case .opened = change { return nil }
        return seen.withLock { seen in
          defer { seen += 1 }
          return seen == place || (lasting && seen > place) ? fault : nil
        }
      }
      try trial(breaker)
      if seen.withLock({ $0 }) <= place { return place }
      place += 1
    }
  }
}
