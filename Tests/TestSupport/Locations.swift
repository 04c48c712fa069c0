#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where tests find files.
public enum Locations {
  /// The root of the repository, found from this file's own path; symbolic links resolved.
  public static let repositoryRoot: String = {
    let here = resolved(#filePath)
    return here.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  }()

  /// Large files that lie beside the repository and that not everybody has: `../shared` where it exists.
  ///
  /// - Parameter purpose: what is skipped without it; printed then.
  public static func sharedFolder(for purpose: String) -> String? {
    let folder = resolved(repositoryRoot + "/../shared")
    if access(folder, F_OK) == 0 { return folder }
    print("skipped: \(purpose): there is no folder ../shared beside the repository")
    return nil
  }

  private static func resolved(_ path: String) -> String {
    guard let result = realpath(path, nil) else { return path }
    defer { free(result) }
    return String(cString: result)
  }
}
