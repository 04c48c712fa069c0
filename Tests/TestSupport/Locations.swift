#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folders in which tests find files.
public enum Locations {
  /// The root of the repository, found from this file's own path; symbolic links resolved.
  public static let repositoryRoot: String = {
    let here = resolved(#filePath)
    return here.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  }()

  /// Collections that lie beside the repository and that not everybody has; tests that read them say `.needsCollections`.
  public static let collections = resolved(repositoryRoot + "/..") + "/shared/collections"

  /// A model that is fetched; tests that read it say `.needsCheckpoint`.
  public static let checkpoint = repositoryRoot + "/checkpoints/all-MiniLM-L6-v2"

  private static func resolved(_ path: String) -> String {
    guard let result = realpath(path, nil) else { return path }
    defer { free(result) }
    return String(cString: result)
  }
}
