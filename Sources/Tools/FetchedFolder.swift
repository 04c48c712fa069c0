import Encoders
import Files
import Hub
import Runs

/// The folder of a model that is to be fetched, as it stands before.
///
/// A folder is replaced only if it came from the same repository and nobody has changed it since.
struct FetchedFolder {
  let path: String
  private let repository: String
  private let origin: HubOrigin?
  private let exists: Bool

  init(_ path: String, of repository: String) {
    self.path = path
    self.repository = repository
    exists = Files.exists(path)
    origin = HubOrigin(in: path).flatMap { $0.repository == repository ? $0 : nil }
  }

  /// The origin of a folder that has everything of a commit already; nil for any other.
  ///
  /// - Parameter paths: The files of the repository.
  func origin(ifCompleteAt commit: String, among paths: [String]) throws -> HubOrigin? {
    guard let origin, origin.revision == commit, try has(origin) else { return nil }
    let needed = try NeededFiles(among: paths, in: path)
    let known = Set(origin.files.map(\.path))
    return try (needed.settings + needed.weights()).allSatisfy(known.contains) ? origin : nil
  }

  /// True if the folder holds all files of an origin already.
  func has(_ other: HubOrigin) throws -> Bool {
    guard exists else { return false }
    return try other.files.allSatisfy { try holds($0) }
  }

  /// Checks that nothing of the user's is lost where the folder differs from what is fetched.
  func requireReplaceable(by files: [RemoteFile]) throws {
    guard exists,
      let other = try files.first(where: { try Downloads.digest(of: Files.join(path, $0.path), of: $0) == nil })
    else { return }
    guard let origin else {
      throw HubError(
        .cannotCreate,
        "\(path) is there, but it is not \(repository) (\(other.path) \(difference(other))); move it away, or choose "
          + "another folder with --into")
    }
    let known = Set(origin.files.map(\.path) + [HubOrigin.name])
    let changed = try origin.files.first { try Files.exists(Files.join(path, $0.path)) && !holds($0) }?.path
    if let mine = try changed ?? Self.files(in: path).first(where: { !known.contains($0) }) {
      throw HubError(
        .cannotCreate,
        "\(path) was changed since it was fetched (\(mine)), and \(repository) has another \(other.path) now; move it "
          + "away, or choose another folder with --into")
    }
  }

  private func difference(_ file: RemoteFile) -> String {
    Files.exists(Files.join(path, file.path)) ? "differs" : "is missing"
  }

  private func holds(_ file: HubOrigin.File) throws -> Bool {
    let path = Files.join(path, file.path)
    guard Files.exists(path), !Files.isFolder(path), try Files.size(path) == file.bytes else { return false }
    return try FileDigest.sha256(of: path) == file.sha256
  }

  /// The paths of all files in a folder.
  private static func files(in folder: String, _ start: String = "") throws -> [String] {
    try Files.list(folder).flatMap { name in
      let path = Files.join(folder, name)
      return try Files.isFolder(path) ? files(in: path, "\(start)\(name)/") : [start + name]
    }
  }
}
