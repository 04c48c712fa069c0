extension Files {
  /// The text of a symbolic link; nil if there is nothing under the path.
  ///
  /// - Throws: `FileError` if something else has the name.
  public static func linkTarget(_ path: String) throws(FileError) -> String? {
    do throws(SystemError) {
      return try System.linkTarget(path)
    } catch .doesNotExist {
      return nil
    } catch .invalidArgument {
      throw FileError(
        path: path, kind: .badData, description: "\(path) is no symbolic link; move it away")
    } catch {
      throw FileError("read the link", path, error, .reading)
    }
  }

  /// Makes a symbolic link, or points an existing one elsewhere, durably: at any moment the name leads to the old target or to
  /// the new one.
  ///
  /// - Parameter target: The text of the link, relative to the folder that holds it.
  public static func pointLink(_ path: String, to target: String) throws(FileError) {
    // The name of a rename that a crash cut short is used again.
    let temporary = join(parent(of: path), ".tmp-link-" + name(of: path))
    do throws(SystemError) {
      do throws(SystemError) {
        try System.unlink(temporary)
      } catch .doesNotExist {}
      try System.link(temporary, to: target)
      try System.rename(temporary, to: path)
    } catch {
      throw FileError("point the link", path, error, .writing)
    }
    try synchronizeFolder(parent(of: path))
  }
}
