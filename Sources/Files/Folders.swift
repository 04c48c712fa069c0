extension Files {
  /// The names in a folder, sorted by their bytes.
  public static func list(_ folder: String) throws(FileError) -> [String] {
    do throws(SystemError) {
      return try System.names(in: folder).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw FileError("list the folder", folder, error, .reading)
    }
  }

  /// Makes a folder and those above it; one that exists already is left as it is.
  ///
  /// - Returns: The folders that did not exist, the outermost first.
  @discardableResult
  public static func makeFolder(_ path: String) throws(FileError) -> [String] {
    do throws(SystemError) {
      return try makeFolders(path)
    } catch {
      throw FileError("make the folder", path, error, .writing)
    }
  }

  /// Gives a file or folder another name on the same file system; a file that has that name already is replaced.
  ///
  /// The new name is durable after ``synchronizeFolder(_:)`` of the folder that holds it.
  public static func rename(_ from: String, to: String) throws(FileError) {
    do throws(SystemError) {
      try System.rename(from, to: to)
    } catch {
      throw FileError("rename \(from) to", to, error, .writing)
    }
  }

  /// Exchanges the names of two files or folders at once, so that each name has one of the two at any moment.
  ///
  /// - Returns: false, with nothing changed, where the system or the file system cannot do that.
  static func exchange(_ first: String, _ second: String) throws(FileError) -> Bool {
    do throws(SystemError) {
      try System.exchange(first, second)
      return true
    } catch .notSupported {
      return false
    } catch {
      throw FileError("exchange \(first) and", second, error, .writing)
    }
  }

  /// Copies what is in a folder to another one, durably; names that begin with a dot are left out.
  public static func copyFolder(_ from: String, to: String) throws(FileError) {
    try makeFolder(to)
    for name in try list(from) where !name.hasPrefix(".") {
      let (source, target) = (join(from, name), join(to, name))
      if isFolder(source) { try copyFolder(source, to: target) } else { try copy(source, to: target) }
    }
    try synchronizeFolder(to)
  }

  /// Removes a folder if there is nothing in it; any other stays.
  public static func removeFolderIfEmpty(_ path: String) { try? System.removeFolder(path) }

  /// Removes a file, or a folder with all that is in it; what a symbolic link points to stays.
  ///
  /// A path under which there is nothing is no error.
  public static func remove(_ path: String) throws(FileError) {
    do throws(SystemError) {
      try removeTree(path)
    } catch {
      throw FileError("remove", path, error, .writing)
    }
  }

  /// Makes the names in a folder durable: what was made, renamed or removed in it stays so after a crash.
  public static func synchronizeFolder(_ path: String) throws(FileError) {
    do throws(SystemError) {
      let descriptor = try System.open(path, .folder)
      defer { try? System.close(descriptor) }
      try System.synchronize(descriptor)
    } catch .invalidArgument {
      // Some network file systems have nothing to synchronize for a folder, and say so.
      return
    } catch {
      throw FileError("synchronize the folder", path, error, .writing)
    }
  }

  // MARK: - Paths

  /// What keeps a path from naming anything on this machine, with the remedy: a `~` without a home folder.
  public static func problem(of path: String) -> String? {
    do throws(SystemError) {
      _ = try System.located(path)
      return nil
    } catch {
      guard [.homeIsUnknown, .foreignHome].contains(error) else { return nil }
      return "\(path): \(error.explanation.what); \(error.explanation.remedy)"
    }
  }

  /// The parts as one path, with one "/" between two of them; empty parts do not count.
  ///
  /// Only the first part can make the path an absolute one: `join("runs", "/x")` is `runs/x`.
  public static func join(_ parts: String...) -> String {
    var path = ""
    for part in parts where !part.isEmpty {
      if path.isEmpty {
        path = part
        continue
      }
      let rest = part.utf8.drop { $0 == UInt8(ascii: "/") }
      if path.utf8.last != UInt8(ascii: "/") { path += "/" }
      path += String(Substring(rest))
    }
    return path
  }

  /// The absolute path of what a path names, with symbolic links followed.
  public static func resolve(_ path: String) throws(FileError) -> String {
    do throws(SystemError) {
      return try System.resolve(path)
    } catch {
      throw FileError("find", path, error, .reading)
    }
  }

  /// The last part of a path: `model` for `runs/night/model/`.
  public static func name(of path: String) -> String {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"))
    return parts.last.map { String(Substring($0)) } ?? path
  }

  /// The folder that holds what a path names: `runs/night` for `runs/night/model/`, "." for a plain name.
  public static func parent(of path: String) -> String {
    let slash = UInt8(ascii: "/")
    guard let lastByte = path.utf8.lastIndex(where: { $0 != slash }) else { return path.isEmpty ? "." : "/" }
    guard let separator = path.utf8[...lastByte].lastIndex(of: slash) else { return "." }
    guard let end = path.utf8[..<separator].lastIndex(where: { $0 != slash }) else { return "/" }
    return String(path[...end])
  }

  // MARK: - Helpers

  private static func makeFolders(_ path: String) throws(SystemError) -> [String] {
    do throws(SystemError) {
      return try makeOneFolder(path)
    } catch .doesNotExist {
      let parent = parent(of: path)
      if path.isEmpty || parent == path || parent == "." { throw .doesNotExist }
      // A file system may say so of a folder whose parent is there (/proc): a second try is the last.
      return try makeFolders(parent) + makeOneFolder(path)
    }
  }

  /// Makes a folder whose parent is there; nothing is made where somebody else has made it.
  private static func makeOneFolder(_ path: String) throws(SystemError) -> [String] {
    do throws(SystemError) {
      try System.makeFolder(path)
      return [path]
    } catch .exists {
      if try System.status(path).kind != .folder { throw .exists }
      return []
    }
  }

  private static func removeTree(_ path: String) throws(SystemError) {
    let status: System.Status
    do throws(SystemError) {
      status = try System.status(path, followingLinks: false)
    } catch .doesNotExist {
      if path.isEmpty { throw .doesNotExist }
      return
    }
    guard status.kind == .folder else { return try System.unlink(path) }
    for name in try System.names(in: path) { try removeTree(join(path, name)) }
    try System.removeFolder(path)
  }
}
