/// A folder that appears under its name whole or not at all; where the file system can exchange two names, it is replaced
/// without a moment in which it is missing.
///
/// Content goes to `.tmp-NAME-PID` beside it, each file durably, and is synchronized as a whole. A new folder then takes its
/// name by a rename. Where there is one already, the two exchange their names (`renameat2` on Linux, `renamex_np` on macOS),
/// and the replaced folder is removed last. A file system without exchange needs two renames, `NAME` to `.old-NAME` and the
/// new one to `NAME`: a process that dies between them leaves both whole, and ``recover()`` puts the old one back.
///
/// One process at a time may write under a name; whoever does holds a ``FolderLock`` of the folder around it.
public struct DurableFolder {
  /// One change on disk, named for the tests that stop before each of them.
  public enum Operation: Equatable, Sendable {
    case makeFolder(String)
    case write(String)
    case synchronizeFolder(String)
    case rename(from: String, to: String)
    case exchange(String, String)
    case remove(String)
  }

  /// The folder before it has its name.
  public struct Draft {
    /// The folder to put content into.
    public let path: String
    fileprivate let willPerform: (Operation) throws -> Void

    /// Adds a file.
    ///
    /// - Parameter body: Writes the file, durably, to the path it is given.
    public func write(_ name: String, _ body: (_ path: String) throws -> Void) throws {
      let file = Files.join(path, name)
      try willPerform(.write(file))
      try body(file)
    }
  }

  /// The path of the folder.
  public let path: String
  /// Called before every change; an error it throws stops the work there, as a crash would.
  private let willPerform: (Operation) throws -> Void
  /// False to do without exchange, as a file system that lacks it.
  var exchanges = true

  private var parent: String { Files.parent(of: path) }
  private var old: String { hidden("old") }
  private var trash: String { hidden("trash") }

  /// Names a folder; nothing is changed yet.
  public init(_ path: String, willPerform: @escaping (Operation) throws -> Void = { _ in }) {
    self.path = path
    self.willPerform = willPerform
  }

  /// Makes the folder, or replaces the one that is there.
  ///
  /// - Parameter content: Fills the folder; when it throws, the one that is there stays.
  public func write(_ content: (Draft) throws -> Void) throws {
    try recover()
    let temporary = hidden("tmp") + "-\(Files.processIdentifier)"
    try perform(.makeFolder(temporary)) { _ = try Files.makeFolder(temporary) }
    do {
      try content(Draft(path: temporary, willPerform: willPerform))
      try synchronize(temporary)
    } catch {
      // A full disk is not to stay full of what nobody reads.
      try? remove(temporary)
      throw error
    }
    if Files.exists(path) {
      try replace(by: temporary)
    } else {
      try rename(temporary, to: path)
      try synchronize(parent)
    }
  }

  /// Removes the folder, by a rename first, so that a folder that is half removed never has its name.
  public func remove() throws {
    if Files.exists(path) { try discard(path) }
  }

  /// Ends what an interrupted process began: a folder that was being replaced is there again, and leftovers are gone.
  public func recover() throws {
    if Files.exists(old) {
      if Files.exists(path) { try discard(old) } else { try rename(old, to: path) }
      try synchronize(parent)
    }
    try remove(trash)
    let prefix = ".tmp-\(Files.name(of: path))-"
    for name in (try? Files.list(parent)) ?? [] where name.hasPrefix(prefix) && Int(name.dropFirst(prefix.count)) != nil
    {
      try remove(Files.join(parent, name))
    }
  }

  // MARK: - Changes

  private func replace(by temporary: String) throws {
    let exchanged = try perform(.exchange(temporary, path)) { try exchanges && Files.exchange(temporary, path) }
    if exchanged {
      try synchronize(parent)
      try remove(temporary)
    } else {
      try rename(path, to: old)
      try rename(temporary, to: path)
      try synchronize(parent)
      try discard(old)
    }
  }

  private func discard(_ folder: String) throws {
    try remove(trash)
    try rename(folder, to: trash)
    try synchronize(parent)
    try remove(trash)
  }

  private func hidden(_ kind: String) -> String { Files.join(parent, ".\(kind)-\(Files.name(of: path))") }

  private func perform<Result>(_ operation: Operation, _ body: () throws -> Result) throws -> Result {
    try willPerform(operation)
    return try body()
  }

  private func synchronize(_ folder: String) throws {
    try perform(.synchronizeFolder(folder)) { try Files.synchronizeFolder(folder) }
  }

  private func rename(_ from: String, to: String) throws {
    try perform(.rename(from: from, to: to)) { try Files.rename(from, to: to) }
  }

  private func remove(_ folder: String) throws {
    guard Files.exists(folder) else { return }
    try perform(.remove(folder)) { try Files.remove(folder) }
  }
}
