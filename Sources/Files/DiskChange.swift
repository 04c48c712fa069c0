/// One change of the disk, as the operating system is asked for it.
///
/// A descriptor stands for the file that the last ``opened(_:path:)`` of its number named.
public enum DiskChange: Sendable, Equatable {
  /// A file is about to be made, or opened for writing.
  case open(path: String)
  /// The file was opened under this descriptor; a fault in its place is passed over.
  case opened(_ descriptor: Int32, path: String)
  /// Bytes go to the position where the descriptor stands, or to the end of a log.
  case write(_ descriptor: Int32, bytes: [UInt8])
  case truncate(_ descriptor: Int32, count: Int)
  case reserve(_ descriptor: Int32, count: Int)
  /// A file, or the names of a folder, are put on the disk.
  case synchronize(_ descriptor: Int32)
  case makeFolder(path: String)
  case link(path: String, target: String)
  case rename(from: String, to: String)
  case exchange(_ first: String, _ second: String)
  case unlink(path: String)
  case removeFolder(path: String)
}

/// A witness of all changes of the disk that a task makes; torture tests see and break them with it.
public final class DiskWitness: Sendable {
  /// An error that the operating system might give.
  public enum Fault: Sendable {
    /// The device reports an input/output error.
    case inputOutput
    /// No space is left on the device.
    case noSpace
  }

  private let willChange: @Sendable (DiskChange) -> Fault?

  /// Makes a witness.
  ///
  /// - Parameter willChange: Called before every change; a fault that it returns takes the place of the change.
  public init(_ willChange: @escaping @Sendable (DiskChange) -> Fault?) { self.willChange = willChange }

  @TaskLocal private static var current: DiskWitness?

  /// Does work of whose changes the witness hears.
  public func watch<Result>(_ work: () throws -> Result) rethrows -> Result {
    try Self.$current.withValue(self, operation: work)
  }

  /// Reports what has happened already.
  static func tell(_ news: @autoclosure () -> DiskChange) {
    if let current { _ = current.willChange(news()) }
  }

  /// Reports a change.
  ///
  /// - Throws: The error that the witness puts in its place.
  static func note(_ change: @autoclosure () -> DiskChange) throws(SystemError) {
    guard let current else { return }
    switch current.willChange(change()) {
    case nil: return
    case .inputOutput: throw .inputOutput
    case .noSpace: throw .noSpace
    }
  }
}
