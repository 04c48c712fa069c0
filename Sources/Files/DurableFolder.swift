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
  /// The path of the folder.
  public let path: String
  /// False to do without exchange, as a file system that lacks it.
  var exchanges = true

  private var parent: String { Files.parent(of: path) }
  private var old: String { hidden("old") }
  private var trash: String { hidden("trash") }

  /// Names a folder; nothing is changed yet.
  public init(_ path: String) { self.path = path }

  /// Makes the folder, or replaces the one that is there.
  ///
  /// - Parameter content: Puts files, durably, into the folder that is to get the name; when it throws, the one that is
  ///   there stays.
  public func write(_ content: (_ folder: String) throws -> Void) throws {
    try recover()
    let temporary = hidden("tmp") + "-\(Files.processIdentifier)"
    try Files.makeFolder(temporary)
    do {
      try content(temporary)
      try Files.synchronizeFolder(temporary)
    } catch {
      // A full disk is not to stay full of what nobody reads.
      try? Files.remove(temporary)
      throw error
    }
    if try Files.isThere(path) {
      try replace(by: temporary)
    } else {
      try Files.rename(temporary, to: path)
      try Files.synchronizeFolder(parent)
    }
  }

  /// Removes the folder, by a rename first, so that a folder that is half removed never has its name.
  public func remove() throws(FileError) {
    if try Files.isThere(path) { try discard(path) }
  }

  /// Ends what an interrupted process began: a folder that was being replaced is there again, and leftovers are gone.
  public func recover() throws(FileError) {
    if try Files.isThere(old) {
      if try Files.isThere(path) { try discard(old) } else { try Files.rename(old, to: path) }
      try Files.synchronizeFolder(parent)
    }
    try Files.remove(trash)
    let prefix = ".tmp-\(Files.name(of: path))-"
    for name in (try? Files.list(parent)) ?? [] where name.hasPrefix(prefix) && Int(name.dropFirst(prefix.count)) != nil
    {
      try Files.remove(Files.join(parent, name))
    }
  }

  // MARK: - Changes

  private func replace(by temporary: String) throws(FileError) {
    let areExchanged = exchanges ? try Files.exchange(temporary, path) : false
    if areExchanged {
      try Files.synchronizeFolder(parent)
      try Files.remove(temporary)
    } else {
      try Files.rename(path, to: old)
      try Files.rename(temporary, to: path)
      try Files.synchronizeFolder(parent)
      try discard(old)
    }
  }

  private func discard(_ folder: String) throws(FileError) {
    try Files.remove(trash)
    try Files.rename(folder, to: trash)
    try Files.synchronizeFolder(parent)
    try Files.remove(trash)
  }

  private func hidden(_ kind: String) -> String { Files.join(parent, ".\(kind)-\(Files.name(of: path))") }
}
