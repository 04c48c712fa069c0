import Files

/// A folder that one process has made, or found, and locked for its work.
///
/// The folder is there only as long as there is something in it: after ``withdraw(removing:)`` nothing is left of the
/// claim where nothing but the claim was made.
final class FolderClaim {
  let path: String
  private let lockName: String
  /// The folders that were made for it, the outermost first.
  private let made: [String]
  private var lock: FolderLock?

  /// Makes the folder, with those above it, and locks it.
  init(_ path: String, lockName: String, advice: String) throws(FileError) {
    self.path = path
    self.lockName = lockName
    made = try Files.makeFolder(path)
    do throws(FileError) {
      lock = try FolderLock(path, name: lockName, advice: advice)
    } catch {
      Self.remove(made)
      throw error
    }
  }

  /// What is in the folder beside its lock and leftovers of writes that a crash cut short.
  static func content(of path: String, lockName: String) throws(FileError) -> [String] {
    try Files.isThere(path) ? Files.list(path).filter { $0 != lockName && !$0.hasPrefix(".tmp-") } : []
  }

  /// Gives the folder up, and removes what was made for the claim.
  ///
  /// - Parameter files: Files that say nothing by themselves; where there are no others, they go too.
  func withdraw(removing files: [String] = []) {
    defer { lock = nil }
    guard let content = try? Self.content(of: path, lockName: lockName), content.allSatisfy(files.contains) else {
      return
    }
    for name in content + [lockName] { try? Files.remove(Files.join(path, name)) }
    Self.remove(made)
  }

  private static func remove(_ folders: [String]) {
    for folder in folders.reversed() { Files.removeFolderIfEmpty(folder) }
  }
}
