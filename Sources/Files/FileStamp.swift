/// The numbers of a file that change with its content: where they are equal and old enough (``isProof(at:)``), so is the content.
///
/// A file system notes times in ticks of some milliseconds, so a stamp that is younger than two seconds proves nothing: a change within the same tick leaves it as it is (git calls such an entry racy).
public struct FileStamp: Equatable, Sendable {
  /// A time since 1970.
  struct Time: Equatable, Sendable {
    let seconds: Int
    let nanoseconds: Int
  }

  let volume: UInt64
  let number: UInt64
  let size: Int
  let modified: Time
  let changed: Time

  /// The age in seconds from which on a stamp is proof; it allows for the clock of a file server.
  private static let patience = 2.0

  /// True if a change after a time would have changed the stamp.
  ///
  /// - Parameter time: The time at which the stamp was taken, in seconds since 1970.
  public func isProof(at time: Double) -> Bool {
    [modified, changed].allSatisfy { Double($0.seconds) < time - Self.patience }
  }
}
